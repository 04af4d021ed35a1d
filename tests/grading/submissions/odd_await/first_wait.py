import asyncio

await asyncio.sleep(0.01)


async def numbers():
    yield 1


[n async for n in numbers()]
