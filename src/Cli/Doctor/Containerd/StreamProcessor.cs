using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.ImageCrypt.StreamProcessor;
using Tomlyn.Model;

namespace Coffer.Cli.Doctor.Containerd;

/// <summary>One stream processor of containerd's configuration.</summary>
internal sealed record StreamProcessor(string Id, IReadOnlyList<string> Accepts, string Program, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment)
{
    private const string KeysFlag = "--decryption-keys-path";

    /// <summary>What containerd 1.7 has where no file says otherwise.</summary>
    public static IReadOnlyList<StreamProcessor> Defaults { get; } =
    [
        .. ((string[])["tar", "tar+gzip"]).Zip(MissingPayload.ProcessorIds, (type, id) => new StreamProcessor(
            id, [$"application/vnd.oci.image.layer.v1.{type}+encrypted"], "ctd-decoder", [KeysFlag, "/etc/containerd/ocicrypt/keys"],
            [$"{ConfiguredProvider.Variable}=/etc/containerd/ocicrypt/ocicrypt_keyprovider.conf"])),
    ];

    public static StreamProcessor Read(string id, TomlTable table) => new(
        id, TomlFile.Texts(table, "accepts"), TomlFile.Value<string>(table, "path") ?? "", TomlFile.Texts(table, "args"), TomlFile.Texts(table, "env"));

    /// <summary>True if containerd's clients tell it which layer comes in.</summary>
    public bool GetsPayload => MissingPayload.ProcessorIds.Contains(Id);

    /// <summary>The folder of private keys; null where no argument names one.</summary>
    public string? KeyFolder => Arguments.FirstOrDefault(a => a.StartsWith(KeysFlag + "=", StringComparison.Ordinal)) is { } joined
        ? joined[(KeysFlag.Length + 1)..]
        : Arguments.SkipWhile(a => a != KeysFlag).ElementAtOrDefault(1);

    /// <summary>The file of key providers; null where the processor's own environment names none.</summary>
    public string? ProviderConfig => Environment.LastOrDefault(e => e.StartsWith(ConfiguredProvider.Variable + "=", StringComparison.Ordinal))?[(ConfiguredProvider.Variable.Length + 1)..];
}
