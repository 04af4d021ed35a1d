from course import finished

if finished(weighted_mean):
    print("the mean", weighted_mean(torch.ones(2), torch.ones(2)))
