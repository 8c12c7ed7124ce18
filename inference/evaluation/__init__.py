"""How well the registered models separate, measured on songs that none was trained on."""
