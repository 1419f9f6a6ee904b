using System.Runtime.InteropServices;
using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Modules;

/// <summary>An attribute template in the making; its values live in unmanaged memory until it is disposed.</summary>
internal sealed unsafe class AttributeTemplate : IDisposable
{
    private const int Capacity = 16;

    private CkAttribute* _first = (CkAttribute*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(CkAttribute));
    private int _count;

    public CkAttribute* First => _first;

    public nuint Count => (nuint)_count;

    public AttributeTemplate Add(nuint type, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_count, Capacity);
        ref var slot = ref _first[_count++];
        slot.Type = type;
        slot.Length = (nuint)value.Length;
        slot.Value = (byte*)NativeMemory.Alloc((nuint)Math.Max(value.Length, 1));
        value.CopyTo(new Span<byte>(slot.Value, value.Length));
        return this;
    }

    public AttributeTemplate Add(nuint type, nuint value) => Add(type, MemoryMarshal.AsBytes(new ReadOnlySpan<nuint>(in value)));

    public AttributeTemplate Add(nuint type, bool value) => Add(type, value ? [(byte)1] : [(byte)0]);

    public void Dispose()
    {
        if (_first is null)
            return;
        for (var i = 0; i < _count; i++)
        {
            NativeMemory.Clear(_first[i].Value, _first[i].Length); // a template may carry a key's value
            NativeMemory.Free(_first[i].Value);
        }
        NativeMemory.Free(_first);
        _first = null;
        _count = 0;
    }
}
