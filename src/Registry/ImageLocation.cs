using Coffer.Oci;

namespace Coffer.Registry;

/// <summary>
/// Where an image lives, in skopeo's words: <c>docker://host/name:tag</c>, <c>oci:dir[:ref]</c>,
/// <c>oci-archive:file[:ref]</c>, <c>docker-archive:file[:ref]</c>, <c>dir:path</c>. Immutable; nothing is opened
/// before one of the Open methods is called.
/// </summary>
public sealed class ImageLocation
{
    private readonly ITransport _transport;

    internal ImageLocation(ITransport transport, string text, string path, string? reference)
    {
        _transport = transport;
        Text = text;
        Path = path;
        Reference = reference;
    }

    /// <summary>What the user wrote.</summary>
    public string Text { get; }

    /// <summary>The transport's name without punctuation, such as <c>oci</c> or <c>docker</c>.</summary>
    public string Transport => _transport.Prefix.TrimEnd('/', ':');

    /// <summary>The directory or file; for <c>docker://</c> everything after the prefix.</summary>
    public string Path { get; }

    /// <summary>Which image inside <see cref="Path"/>: a name, <c>@N</c> for the N-th entry, or <c>@sha256:...</c>; null where none is given.</summary>
    public string? Reference { get; }

    /// <summary>Reads a location.</summary>
    /// <exception cref="CofferException">The transport is missing or unknown, or its grammar is broken (<see cref="ExitStatus.Usage"/>).</exception>
    public static ImageLocation Parse(string text)
    {
        foreach (var transport in Transports.All)
        {
            if (text.StartsWith(transport.Prefix, StringComparison.Ordinal))
            {
                return transport.Parse(text, text[transport.Prefix.Length..]);
            }
        }
        throw Transports.Unknown(text);
    }

    /// <summary>Opens the image for reading. The caller disposes the source.</summary>
    /// <exception cref="CofferException">It is not there, or cannot be read.</exception>
    public ValueTask<IImageSource> OpenSourceAsync(RegistryOptions options, CancellationToken cancellationToken) =>
        _transport.OpenSourceAsync(this, options, cancellationToken);

    /// <summary>Opens the place for writing; nothing is visible there before the sink's commit. The caller disposes the sink.</summary>
    /// <exception cref="CofferException">It cannot be written.</exception>
    public ValueTask<IImageSink> OpenSinkAsync(RegistryOptions options, CancellationToken cancellationToken) =>
        _transport.OpenSinkAsync(this, options, cancellationToken);

    /// <summary>
    /// True where writing to <paramref name="destination"/> would replace what is read from here: the same real file or
    /// directory (links resolved) and, where a place holds several images, the same one.
    /// </summary>
    public bool SameAs(ImageLocation destination) =>
        ReferenceEquals(_transport, destination._transport) && _transport.IsSame(this, destination);

    /// <summary>What the user wrote.</summary>
    public override string ToString() => Text;
}
