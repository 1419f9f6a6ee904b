using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Coffer.Pkcs11.Native;

// The structures of PKCS #11 2.40 as the Linux ABI lays them out: CK_ULONG is the C type "unsigned long" (nuint here, 8 bytes
// on x64 and arm64), and nothing is packed.

[InlineArray(16)]
internal struct Text16
{
    private byte _first;
}

[InlineArray(32)]
internal struct Text32
{
    private byte _first;
}

[InlineArray(64)]
internal struct Text64
{
    private byte _first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct CkVersion
{
    public byte Major;
    public byte Minor;
}

[StructLayout(LayoutKind.Sequential)]
internal struct CkInfo
{
    public CkVersion CryptokiVersion;
    public Text32 Manufacturer;
    public nuint Flags;
    public Text32 LibraryDescription;
    public CkVersion LibraryVersion;
}

[StructLayout(LayoutKind.Sequential)]
internal struct CkSlotInfo
{
    public Text64 Description;
    public Text32 Manufacturer;
    public nuint Flags;
    public CkVersion HardwareVersion;
    public CkVersion FirmwareVersion;
}

[StructLayout(LayoutKind.Sequential)]
internal struct CkTokenInfo
{
    public Text32 Label;
    public Text32 Manufacturer;
    public Text16 Model;
    public Text16 SerialNumber;
    public nuint Flags;
    public nuint MaxSessionCount;
    public nuint SessionCount;
    public nuint MaxRwSessionCount;
    public nuint RwSessionCount;
    public nuint MaxPinLength;
    public nuint MinPinLength;
    public nuint TotalPublicMemory;
    public nuint FreePublicMemory;
    public nuint TotalPrivateMemory;
    public nuint FreePrivateMemory;
    public CkVersion HardwareVersion;
    public CkVersion FirmwareVersion;
    public Text16 UtcTime;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CkInitializeArguments
{
    public void* CreateMutex;
    public void* DestroyMutex;
    public void* LockMutex;
    public void* UnlockMutex;
    public nuint Flags;
    public void* Reserved;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CkAttribute
{
    public nuint Type;
    public byte* Value;
    public nuint Length;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CkMechanism
{
    public nuint Type;
    public void* Parameter;
    public nuint ParameterLength;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CkRsaOaepParameters
{
    public nuint HashAlgorithm;
    public nuint MaskGeneration;
    public nuint Source;
    public byte* SourceData;
    public nuint SourceDataLength;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CkGcmParameters
{
    public byte* Nonce;
    public nuint NonceLength;
    public nuint NonceBits;
    public byte* AssociatedData;
    public nuint AssociatedDataLength;
    public nuint TagBits;
}
