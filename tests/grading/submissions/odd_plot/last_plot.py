import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot(smooth(torch.arange(9.0), torch.ones(3)))
ax.set_title("smoothed")
plt.show()
