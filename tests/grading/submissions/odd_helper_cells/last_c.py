assert total([1, 2]) == 4, "I must look at this again"
