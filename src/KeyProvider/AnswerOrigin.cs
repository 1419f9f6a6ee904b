namespace Coffer.KeyProvider;

/// <summary>Where an answer came from.</summary>
public enum AnswerOrigin
{
    /// <summary>The source was asked for this call.</summary>
    Source,

    /// <summary>An identical call was under way and its answer was shared.</summary>
    SharedFlight,

    /// <summary>The cache in memory.</summary>
    Cache,
}
