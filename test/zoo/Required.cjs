// Loaded by an animal of the zoo during a flight.
module.exports = "required"
