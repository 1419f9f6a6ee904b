using System.Numerics;

namespace Coffer.KeyProvider.Memory;

/// <summary>A mapping of its own, cut into at most 64 places of one size. Its users hold the pool's lock.</summary>
internal sealed class SecretPage
{
    private readonly nint _address;
    private readonly nuint _length;
    private readonly int _places;
    private ulong _taken;

    /// <param name="length">In bytes, a multiple of the system's page size.</param>
    /// <param name="placeSize">In bytes.</param>
    public SecretPage(nuint length, int placeSize)
    {
        _address = MemoryCalls.Map(length);
        _length = length;
        PlaceSize = placeSize;
        _places = (int)Math.Min(64, length / (nuint)placeSize);
        IsLocked = MemoryCalls.TryLock(_address, length);
        MemoryCalls.KeepToThisProcess(_address, length);
    }

    public int PlaceSize { get; }

    public bool IsLocked { get; }

    public bool IsEmpty => _taken == 0;

    public bool IsFull => BitOperations.PopCount(_taken) == _places;

    public nint Take()
    {
        var free = BitOperations.TrailingZeroCount(~_taken);
        _taken |= 1UL << free;
        return _address + (free * PlaceSize);
    }

    public void GiveBack(nint place) => _taken &= ~(1UL << (int)((place - _address) / PlaceSize));

    /// <summary>Unlocks and unmaps all of it.</summary>
    public void Unmap() => MemoryCalls.Unmap(_address, _length);
}
