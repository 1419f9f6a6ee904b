using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm;
using Coffer.KeyProvider.Configuration;
using Coffer.Oci;

namespace Coffer.KeyProvider.Sources.Broker;

/// <summary>A key broker: it wraps for owners who hold an access token, and releases keys to machines that attest.</summary>
/// <param name="Name">As it stands in the configuration.</param>
/// <param name="KeyIds">See <see cref="SourceSettings"/>.</param>
/// <param name="Url">The broker's address, <c>https://HOST[:PORT]</c>; <c>http</c> only with <see cref="InsecureHttp"/>.</param>
/// <param name="CaFile">PEM file of the only authority that the broker's certificate may come from; null for those of the system.</param>
/// <param name="TokenFile">File with the access token that wraps; null where nothing is wrapped here.</param>
/// <param name="Attester">How this machine proves itself; null where nothing is unwrapped here.</param>
public sealed record BrokerSettings(
    string Name, IReadOnlyList<string> KeyIds, Uri Url, string? CaFile = null, string? TokenFile = null, AttesterSettings? Attester = null)
    : SourceSettings(Name, KeyIds)
{
    /// <summary>The <c>type</c> in the configuration.</summary>
    public const string TypeName = "broker";

    private const int MostHosts = 64;
    private static readonly string[] OfAttester = ["attester", "tpm", "state", "eventLog", "akHandle", "insecureRemoteTpm"];
    private static readonly Uri Nowhere = new("https://broker.invalid");

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Hosts, as <c>HOST</c> or <c>HOST:PORT</c>, that packets may name beside the broker itself; they too are served by <see cref="Url"/>, and never connected to.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Whether the broker may be spoken to without TLS.</summary>
    public bool InsecureHttp { get; init; }

    /// <summary>Reads the section; what is wrong with it is reported to the section itself.</summary>
    internal static BrokerSettings Read(ConfigSection section, string name, IReadOnlyList<string> keyIds)
    {
        var insecure = section.Flag("insecureHttp");
        var url = section.Parsed("url", text => Address(text, insecure), insecure ? "an address such as http://broker:8080" : "an https address such as https://broker:8080");
        if (!section.Has("url")) section.Problem("url", "is missing");
        var tokenFile = section.FilePath("tokenFile");
        var hosts = section.Texts("allowedHosts");
        if (hosts.Count > MostHosts) section.Problem("allowedHosts", $"has more than {MostHosts} entries");
        foreach (var host in hosts.Where(host => !IsHost(host))) section.Problem("allowedHosts", $"'{Printable.Of(host, 64)}' is not HOST or HOST:PORT");
        return new BrokerSettings(name, keyIds, url ?? Nowhere, section.FilePath("ca"), tokenFile, ReadAttester(section, needed: tokenFile is null))
        {
            AllowedHosts = hosts,
            InsecureHttp = insecure,
        };
    }

    // Attestation is what the source is for where nothing wraps, even if no member says so.
    private static AttesterSettings? ReadAttester(ConfigSection section, bool needed)
    {
        var asked = needed || Array.Exists(OfAttester, section.Has);
        var tee = section.Parsed("attester", text => BuiltInTees.AttesterNames.FirstOrDefault(k => k == text), $"one of {string.Join(", ", BuiltInTees.AttesterNames)}");
        var settings = new AttesterSettings(
            tee ?? AttesterSettings.Auto, section.Text("tpm"), section.FilePath("state") ?? TpmSettings.DefaultStateDirectory, section.Flag("insecureRemoteTpm"))
        {
            EventLogPath = section.FilePath("eventLog"),
            AkHandle = section.Parsed("akHandle", AttesterSettings.ParseHandle, "a persistent handle, 0x81000000 to 0x817fffff"),
        };
        return asked ? settings : null;
    }

    // As packets carry it, so that what is written here can match.
    private static bool IsHost(string text)
    {
        try
        {
            return !text.Contains('/', StringComparison.Ordinal) && KbsResourceUri.Parse($"kbs://{text}/repository/type/tag").Host == text;
        }
        catch (AttestationException)
        {
            return false;
        }
    }

    private static Uri? Address(string text, bool insecure) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || insecure && uri.Scheme == Uri.UriSchemeHttp)
        && uri is { UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" } && uri.Host.Length > 0 ? uri : null;
}
