using Coffer.Cli.Doctor.Containerd;
using Coffer.ImageCrypt.StreamProcessor;
using Coffer.Oci;
using StreamProcessor = Coffer.Cli.Doctor.Containerd.StreamProcessor;

namespace Coffer.Cli.Doctor.Checks;

/// <summary>containerd's stream processors: one for each encrypted layer type, told which layer comes in, with keys or providers.</summary>
internal sealed class ContainerdProcessorsCheck : ICheck
{
    private const string Sample = "ocicrypt-config/containerd/config.toml has what is needed";

    public string Name => "containerd";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        if (!ContainerdConfig.IsInstalled(installation)) return [Finding.Ok("containerd is not installed")];
        try
        {
            var config = ContainerdConfig.Read(installation);
            List<Finding> findings = [.. ((string[])["tar", "tar+gzip", "tar+zstd"]).Select(type => LookForType(config, type))];
            var used = config.Processors.Where(p => p.GetsPayload).ToList();
            findings.AddRange(used.Select(p => p.Program).Distinct().Select(program => LookAtProgram(installation, program)));
            foreach (var folder in used.Select(p => p.KeyFolder).OfType<string>().Distinct()) findings.AddRange(NodeKeys.Look(installation, folder, isOcicrypt: false));
            var service = ServiceEnvironment.ProviderConfig(installation, "containerd.service");
            var files = used.Select(p => p.ProviderConfig ?? service).Distinct().ToList();
            var hasKeys = used.Exists(p => p.KeyFolder is { } folder && installation.Files(folder, "*").Count > 0);
            foreach (var file in files.OfType<string>())
            {
                // containerd's default names a file that mostly nobody wrote: with keys in the folder that is as it should be.
                if (hasKeys && !installation.HasFile(file)) findings.Add(Finding.Ok($"{Printable.Of(file)} does not exist: only the keys of the folder are used"));
                else findings.AddRange(await ProviderFile.LookAsync(installation, file, "stream processors", cancellationToken).ConfigureAwait(false));
            }
            if (files.Contains(null)) findings.Add(Finding.Warn("no environment names key providers to the stream processors", Sample));
            return findings;
        }
        catch (CofferException e)
        {
            return [Finding.Fail(e.Message, "mend the file")];
        }
    }

    private static Finding LookForType(ContainerdConfig config, string type)
    {
        var mediaType = $"application/vnd.oci.image.layer.v1.{type}+encrypted";
        List<StreamProcessor> processors = [.. config.Processors.Where(p => p.Accepts.Contains(mediaType))];
        if (processors.Count == 0)
        {
            return type == "tar+zstd"
                ? Finding.Warn("no stream processor accepts layers of type tar+zstd+encrypted", Sample)
                : Finding.Fail($"no stream processor accepts layers of type {type}+encrypted", Sample);
        }
        return processors.Find(p => !p.GetsPayload) is { } deaf
            ? Finding.Fail($"stream processor {Printable.Of(deaf.Id)} for {type}+encrypted is never told which layer comes in", $"only {string.Join(" and ", MissingPayload.ProcessorIds)} are: let the second accept this type, too")
            : Finding.Ok($"layers of type {type}+encrypted have a stream processor");
    }

    private static Finding LookAtProgram(Installation installation, string program) => installation.Program(program) is { } found
        ? Finding.Ok($"the stream processors run {Printable.Of(found)}")
        : Finding.Fail($"the stream processors' program {Printable.Of(program)} is not there, or not executable", "install coffer, and for the name ctd-decoder: ln -s coffer /usr/local/bin/ctd-decoder");
}
