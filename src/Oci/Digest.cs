using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Coffer.Oci;

/// <summary>
/// A content digest, <c>sha256:</c> or <c>sha512:</c> and lower-case hex (image-spec 1.1, descriptor.md "Digests").
/// The default value is empty and equals no parsed digest.
/// </summary>
public readonly record struct Digest
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private Digest(string algorithm, string hex)
    {
        Algorithm = algorithm;
        Hex = hex;
    }

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm { get; }

    /// <summary>64 or 128 lower-case hex digits.</summary>
    public string Hex { get; }

    /// <summary>The name that .NET gives to <see cref="Algorithm"/>.</summary>
    public HashAlgorithmName HashName => Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    /// <summary>Reads <c>algorithm:hex</c>.</summary>
    /// <exception cref="MalformedImageException">The algorithm is unknown, or the hex has the wrong length, case or alphabet.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest)
            ? digest
            : throw new MalformedImageException(
                $"'{Printable.Of(text, 160)}' is not a digest",
                "a digest is sha256: and 64, or sha512: and 128, lower-case hex digits");

    /// <summary>Reads <c>algorithm:hex</c>; false where <see cref="Parse"/> would throw.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0) return false;
        var length = text![..colon] switch { "sha256" => 64, "sha512" => 128, _ => -1 };
        var hex = text[(colon + 1)..];
        if (hex.Length != length || hex.AsSpan().ContainsAnyExcept(HexDigits)) return false;
        digest = new Digest(text[..colon], hex);
        return true;
    }

    /// <summary>The sha256 digest of <paramref name="content"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => new("sha256", Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>The digest of <paramref name="content"/> under this digest's own algorithm.</summary>
    public Digest OfSameKind(ReadOnlySpan<byte> content) =>
        Algorithm == "sha512" ? new("sha512", Convert.ToHexStringLower(SHA512.HashData(content))) : Of(content);

    /// <summary>Wraps a finished hash: 32 bytes of SHA-256 or 64 bytes of SHA-512.</summary>
    /// <exception cref="ArgumentException">Any other length.</exception>
    public static Digest FromHash(ReadOnlySpan<byte> hash) => hash.Length switch
    {
        SHA256.HashSizeInBytes => new("sha256", Convert.ToHexStringLower(hash)),
        SHA512.HashSizeInBytes => new("sha512", Convert.ToHexStringLower(hash)),
        _ => throw new ArgumentException("a hash has 32 or 64 bytes", nameof(hash)),
    };

    /// <summary><c>algorithm:hex</c>.</summary>
    public override string ToString() => Algorithm is null ? "" : $"{Algorithm}:{Hex}";
}
