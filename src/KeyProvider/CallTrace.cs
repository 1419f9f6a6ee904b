using Coffer.ImageCrypt.KeyWrap.Provider;

namespace Coffer.KeyProvider;

/// <summary>What is known of a call, filled in as it goes on, for the log and the metrics. Never key bytes or private options.</summary>
public sealed class CallTrace
{
    /// <summary>What was asked; null while the request has not been understood.</summary>
    public KeyProviderOperation? Operation { get; set; }

    /// <summary>The provider's name under which the caller's parameters stood; null where none did.</summary>
    public string? Provider { get; set; }

    /// <summary>The key's name, once it is known.</summary>
    public string? KeyId { get; set; }

    /// <summary>The source that was asked.</summary>
    public string? Source { get; set; }

    /// <summary>Where the answer came from.</summary>
    public AnswerOrigin Origin { get; set; }
}
