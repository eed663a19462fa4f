"""How life is going: instruments as versioned data, ratings by several voices, and the distance travelled."""
