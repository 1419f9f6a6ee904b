using Coffer.Cli.Doctor.Containerd;
using Coffer.Oci;

namespace Coffer.Cli.Doctor.Checks;

/// <summary>How containerd pulls for Kubernetes: whether anything tells the stream processors about layers.</summary>
internal sealed class ContainerdPullCheck : ICheck
{
    private const string Before2 = "io.containerd.grpc.v1.cri", Since2 = "io.containerd.cri.v1.images";
    private static readonly Version TransferService = new(2, 1);

    public string Name => "containerd-pull";

    public Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>>(Look(installation));

    private static List<Finding> Look(Installation installation)
    {
        if (!ContainerdConfig.IsInstalled(installation)) return [Finding.Ok("containerd is not installed")];
        try
        {
            var config = ContainerdConfig.Read(installation);
            var findings = config.Replaced.Select(r => Finding.Warn(r, "everything that the earlier file says there is lost: keep one table in one file")).ToList();
            foreach (var plugin in (string[])[Before2, Since2])
            {
                var model = TomlFile.Value<string>(TomlFile.Table(config.Plugin(plugin), "image_decryption"), "key_model");
                if (model is not null and not "node") findings.Add(Finding.Fail($"key_model of {plugin} is '{Printable.Of(model, 40)}': no layer is decrypted", "key_model = \"node\", which is also the default"));
            }
            findings.Add(LookAtService(installation, TomlFile.Flag(config.Plugin(Since2), "use_local_image_pull")));
            return findings;
        }
        catch (CofferException e)
        {
            return [Finding.Fail(e.Message, "mend the file")];
        }
    }

    private static Finding LookAtService(Installation installation, bool isLocal)
    {
        var hint = $"set use_local_image_pull = true in [plugins.'{Since2}']";
        if (InstalledPackages.Find(installation, "containerd", "containerd.io") is not { } found)
        {
            return isLocal ? Finding.Ok("containerd pulls by itself (use_local_image_pull)") : Finding.Warn("the version of containerd is not known; from 2.1 on its transfer service pulls, which cannot decrypt", $"from 2.1 on {hint}");
        }
        if (found.Version < TransferService) return Finding.Ok($"containerd {found.Version} pulls by itself");
        return isLocal ? Finding.Ok($"containerd {found.Version} pulls by itself (use_local_image_pull)") : Finding.Fail($"containerd {found.Version} pulls through its transfer service, which cannot decrypt", hint);
    }
}
