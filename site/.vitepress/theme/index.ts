// Without the web font: the site loads nothing from elsewhere, and the reader's system has a font.
import theme from 'vitepress/theme-without-fonts'
import './style.css'

export default theme
