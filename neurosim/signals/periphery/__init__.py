"""What is measured at muscles and skin: electromyogram, finger temperature and skin conductance."""
