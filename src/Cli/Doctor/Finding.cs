namespace Coffer.Cli.Doctor;

/// <summary>How bad something is.</summary>
internal enum Verdict
{
    /// <summary>As it should be, or not installed.</summary>
    Ok,

    /// <summary>It works, but not for everybody, or not as safely as it could.</summary>
    Warn,

    /// <summary>Encrypted images will not open, or keys lie open.</summary>
    Fail,
}

/// <summary>What a check found.</summary>
/// <param name="Verdict">How bad it is.</param>
/// <param name="Text">One line.</param>
/// <param name="Hint">What to do; null where nothing is to be done.</param>
internal sealed record Finding(Verdict Verdict, string Text, string? Hint = null)
{
    public static Finding Ok(string text) => new(Verdict.Ok, text);

    public static Finding Warn(string text, string hint) => new(Verdict.Warn, text, hint);

    public static Finding Fail(string text, string hint) => new(Verdict.Fail, text, hint);
}
