"""Reading a messy sheet as a careful statistician would: tables found, every value with its cell."""
