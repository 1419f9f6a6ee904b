using System.Buffers.Binary;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>TPM_HANDLE with the name of what is there (TPM 2.0 Library Part 1, section 16), which authorizations are computed over.</summary>
/// <param name="Value">The handle.</param>
/// <param name="Name">Of an object or NV index its name; of everything else the handle itself.</param>
internal sealed record TpmHandle(uint Value, ReadOnlyMemory<byte> Name)
{
    private const uint FirstPersistent = 0x81000000;
    private const uint LastPersistent = 0x817FFFFF; // those above are the platform's

    /// <summary>TPM_RH_OWNER.</summary>
    public static TpmHandle Owner { get; } = Unnamed(0x40000001);

    /// <summary>TPM_RH_NULL.</summary>
    public static TpmHandle Null { get; } = Unnamed(0x40000007);

    /// <summary>TPM_RH_ENDORSEMENT.</summary>
    public static TpmHandle Endorsement { get; } = Unnamed(0x4000000B);

    /// <summary>Whether the value may name a persistent object of the owner.</summary>
    public static bool IsPersistent(uint value) => value is >= FirstPersistent and <= LastPersistent;

    /// <summary>A handle that is its own name: of a hierarchy, a session, a register.</summary>
    public static TpmHandle Unnamed(uint value)
    {
        var name = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(name, value);
        return new TpmHandle(value, name);
    }

    /// <summary>In hexadecimal digits.</summary>
    public override string ToString() => $"0x{Value:x8}";
}
