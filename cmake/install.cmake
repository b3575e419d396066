# install rules: see the end of this file
