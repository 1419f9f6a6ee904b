using Coffer.KeyProvider.Configuration;

namespace Coffer.KeyProvider.Sources.Broker;

/// <summary>How this machine proves itself.</summary>
/// <param name="Tee"><c>auto</c> for the first that is there, or its name: <c>tpm</c>, <c>sample</c>.</param>
/// <param name="Tpm">The TPM's address; null for the machine's own.</param>
/// <param name="StateDirectory">Folder of the keys that enrolment made, as <c>coffer attest enroll --state</c> left it.</param>
/// <param name="InsecureRemoteTpm">Whether <paramref name="Tpm"/> may be on another machine.</param>
public sealed record AttesterSettings(string Tee = AttesterSettings.Auto, string? Tpm = null, string StateDirectory = AttesterSettings.DefaultStateDirectory, bool InsecureRemoteTpm = false)
{
    /// <summary>The first TEE that this machine has.</summary>
    public const string Auto = "auto";

    /// <summary>Where enrolment puts the machine's keys unless told otherwise.</summary>
    public const string DefaultStateDirectory = "/var/lib/coffer";

    private static readonly string[] Known = [Auto, "tpm", "sample"];

    /// <summary>Reads the members of a broker's section that are about attestation.</summary>
    /// <param name="section">The broker's section; problems are reported to it.</param>
    /// <param name="needed">Whether attestation is what the source is for even if no member says so.</param>
    /// <returns>Null where nothing is to be attested.</returns>
    internal static AttesterSettings? Read(ConfigSection section, bool needed)
    {
        var asked = needed || section.Has("attester") || section.Has("tpm") || section.Has("state");
        var tee = section.Parsed("attester", text => Array.Find(Known, k => k == text), $"one of {string.Join(", ", Known)}");
        var settings = new AttesterSettings(tee ?? Auto, section.Text("tpm"), section.FilePath("state") ?? DefaultStateDirectory, section.Flag("insecureRemoteTpm"));
        return asked ? settings : null;
    }
}
