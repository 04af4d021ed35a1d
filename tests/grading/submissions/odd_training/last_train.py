net = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
X = torch.randn(64, 2)
for _ in range(200):
    optimiser.zero_grad()
    loss = ((net(X) - X.sum(1, keepdim=True)) ** 2).mean()
    loss.backward()
    optimiser.step()
loss
