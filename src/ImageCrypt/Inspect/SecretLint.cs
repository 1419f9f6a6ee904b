using System.Text.RegularExpressions;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Inspect;

/// <summary>
/// Finds what looks like a secret in an image config, which encryption leaves in the clear. It names the place, never
/// the value. It can miss things and can be wrong: a warning, and a refusal only under <c>--strict</c>.
/// </summary>
public static partial class SecretLint
{
    /// <summary>Places that seem to hold a secret, such as <c>environment variable DB_PASSWORD</c>.</summary>
    public static IReadOnlyList<string> Check(ImageConfig config)
    {
        var places = new List<string>();
        foreach (var entry in config.Env)
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (entry, "") : (entry[..equals], entry[(equals + 1)..]);
            if ((value.Length > 0 && SecretName().IsMatch(name) && !HarmlessName().IsMatch(name)) || SecretValue().IsMatch(value)) places.Add($"environment variable {Printable.Of(name, 80)}");
        }
        foreach (var (name, value) in config.Labels)
        {
            if ((value.Length > 0 && SecretName().IsMatch(name) && !HarmlessName().IsMatch(name)) || SecretValue().IsMatch(value)) places.Add($"label {Printable.Of(name, 80)}");
        }
        for (var i = 0; i < config.History.Count; i++)
        {
            if (SecretValue().IsMatch(config.History[i]) || SecretAssignment().IsMatch(config.History[i])) places.Add($"history line {i}");
        }
        return places;
    }

    [GeneratedRegex(@"(?:^|[_\-.])(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)(?:$|[_\-.])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SecretName();

    // Names that speak of where a secret is, not of the secret.
    [GeneratedRegex(@"(?:_FILE|_PATH|_DIR|_URL|_EXPIRY|_TTL|_NAME|_ID)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HarmlessName();

    [GeneratedRegex(@"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.|://[^/\s:@]+:[^/\s:@]{3,}@", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SecretValue();

    [GeneratedRegex(@"\b[A-Za-z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|PRIVATE_KEY)=[^\s""'$]{3,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SecretAssignment();
}
