from torch.utils.data import DataLoader, TensorDataset

data = TensorDataset(torch.arange(8.0))
TOTAL = sum(batch.sum() for (batch,) in DataLoader(data, batch_size=2, num_workers=2))
