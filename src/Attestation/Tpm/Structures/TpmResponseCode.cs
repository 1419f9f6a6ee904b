using System.Globalization;

namespace Coffer.Attestation.Tpm.Structures;

/// <summary>TPM_RC (TPM 2.0 Library Part 2, section 6.6): what a TPM answers where it does not do as told.</summary>
/// <param name="Value">The code as it came.</param>
internal readonly record struct TpmResponseCode(uint Value)
{
    private const uint FormatOne = 0x080;
    private const uint ParameterBit = 0x040;

    /// <summary>Done.</summary>
    public bool IsSuccess => Value == 0;

    /// <summary>True where the TPM asks for the same command again a little later: retry, yielded, testing, and the like.</summary>
    public bool IsTransient => Value is 0x922 or 0x908 or 0x90A;

    /// <summary>The code without the number of the handle, parameter or session that it is about, and without the layer that the
    /// kernel's resource manager marks its own answers with.</summary>
    public uint Kind => (Value & FormatOne) != 0 ? Value & (0x3F | FormatOne) : Value & 0xFFF;

    /// <summary>Its name, such as <c>TPM_RC_VALUE</c>; where there is none here, the code in hexadecimal digits.</summary>
    public string Name => TpmResponseCodeNames.Of(Kind)?.Name ?? $"0x{Value:x3}";

    /// <summary>What to do about it; null where nothing better can be said than the name.</summary>
    public string? Advice => TpmResponseCodeNames.Of(Kind)?.Advice;

    /// <summary>The name, what it is about, and the code: <c>TPM_RC_VALUE (parameter 2, 0x2c4)</c>.</summary>
    public override string ToString()
    {
        var code = Value.ToString("x3", CultureInfo.InvariantCulture);
        if ((Value & FormatOne) == 0) return $"{Name} (0x{code})";
        var number = Value >> 8 & 0xF;
        if ((Value & ParameterBit) != 0) return $"{Name} (parameter {number}, 0x{code})";
        return number >= 8 ? $"{Name} (session {number - 8}, 0x{code})" : $"{Name} (handle {number}, 0x{code})";
    }
}
