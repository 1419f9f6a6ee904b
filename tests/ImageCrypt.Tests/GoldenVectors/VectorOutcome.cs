using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Keys;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>
/// What a vector expects, from a closed list: a vector that names anything else fails, and so does an outcome that no
/// vector has.
/// </summary>
/// <param name="Name">As <c>expect:</c> has it.</param>
/// <param name="Exception">Exactly the type that opening or decrypting throws; null where the layer decrypts.</param>
/// <param name="Status">The exit status that goes with the exception.</param>
/// <param name="Says">What the message or one of its details contains.</param>
internal sealed record VectorOutcome(string Name, Type? Exception = null, ExitStatus Status = ExitStatus.Done, string Says = "")
{
    public const string Success = "success";

    /// <summary>The list.</summary>
    public static IReadOnlyList<VectorOutcome> All { get; } =
    [
        new(Success) { Opens = true },
        new("digest-mismatch", typeof(IntegrityException), ExitStatus.Integrity, "really hashes to") { Opens = true, OnlyStrict = true, Warns = true },
        new("digest-missing", typeof(IntegrityException), ExitStatus.Integrity, "recorded no digest") { Opens = true, OnlyStrict = true },
        new("mac-failure", typeof(IntegrityException), ExitStatus.Integrity, "fails its MAC") { Opens = true },
        new("truncated", typeof(IntegrityException), ExitStatus.Integrity, "bytes"),
        new("oversized", typeof(IntegrityException), ExitStatus.Integrity, "bytes"),
        new("blob-mismatch", typeof(IntegrityException), ExitStatus.Integrity, "really hashes to"),
        new("no-key", typeof(NoUsableKeyException), ExitStatus.NoUsableKey, "no key given opens layer"),
        new("no-recipient", typeof(NoUsableKeyException), ExitStatus.NoUsableKey, "names no recipient"),
        new("unknown-scheme", typeof(NoUsableKeyException), ExitStatus.NoUsableKey, "this scheme is unknown here"),
        new("damaged-packet", typeof(NoUsableKeyException), ExitStatus.Integrity, "damaged"),
        new("malformed-key", typeof(MalformedLayerException), ExitStatus.Integrity, "packet was opened but"),
        new("malformed-annotation", typeof(MalformedLayerException), ExitStatus.Integrity, "pubopts|public options") { Trouble = true },
        new("public-nonce", typeof(MalformedLayerException), ExitStatus.Integrity, "carry a nonce") { Trouble = true },
        new("unknown-cipher", typeof(UnknownCipherException), ExitStatus.Failed, "is unknown") { Trouble = true },
        new("wrong-password", typeof(WrongPasswordException), ExitStatus.NoUsableKey, "password") { KeyFileFails = true },
    ];

    /// <summary>True where recipients can be changed: the key opens, and the blob is the one that is described.</summary>
    public bool Opens { get; private init; }

    /// <summary>True where decrypting fails only if asked to be strict.</summary>
    public bool OnlyStrict { get; private init; }

    /// <summary>True where decrypting that is not strict warns.</summary>
    public bool Warns { get; private init; }

    /// <summary>True where inspecting, which has no key, already says so.</summary>
    public bool Trouble { get; private init; }

    /// <summary>True where the key file cannot be read, so that the image is never looked at.</summary>
    public bool KeyFileFails { get; private init; }

    /// <summary>The outcome of that name.</summary>
    public static VectorOutcome Named(string name) =>
        All.FirstOrDefault(o => o.Name == name) ?? throw new FormatException($"'{name}' is no outcome: the list is closed ({string.Join(", ", All.Select(o => o.Name))})");

    /// <summary>Fails the test unless the exception is the one that is expected, message, status and all.</summary>
    public void Check(Exception? thrown)
    {
        Assert.NotNull(thrown);
        Assert.True(thrown.GetType() == Exception, $"{Name}: {thrown}");
        var error = (CofferException)thrown;
        Assert.Equal(Status, error.ExitStatus);
        var text = string.Join('\n', [error.Message, .. error.Details]);
        Assert.True(Says.Split('|').Any(s => text.Contains(s, StringComparison.Ordinal)), $"{Name}: {text}");
    }
}
