using System.Security.Cryptography;

namespace Coffer.KeyBroker.Documents;

/// <summary>Names that nobody can guess and that never meet: 128 random bits in hex.</summary>
internal static class RandomNames
{
    public const int Characters = 32;

    public static string New() => RandomNumberGenerator.GetHexString(Characters, lowercase: true);

    public static bool IsOne(string? text) => text is { Length: Characters } && text.All(char.IsAsciiHexDigitLower);
}
