namespace Coffer.Support;

/// <summary>How a <see cref="SoftwareTpm"/> is made.</summary>
public sealed record SoftwareTpmOptions
{
    /// <summary>Who certifies its endorsement keys; null: nobody, and swtpm_setup is not run.</summary>
    public TpmVendor? Vendor { get; init; }

    /// <summary>Behind a Unix socket instead of a port of 127.0.0.1.</summary>
    public bool Unix { get; init; }

    /// <summary>The banks that its registers are kept in, separated by commas. Without a vendor swtpm keeps its own.</summary>
    public string Banks { get; init; } = "sha256,sha384";
}
