export const mockCommands = {}
