using System.Text.Json.Nodes;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>What boot loaders and stubs say of kernel, initrd and command line: one reader each, their findings put together.</summary>
internal static class LoaderClaims
{
    public static void Add(BootClaims claims, JsonObject boot)
    {
        var (kernels, initrds, commandLines) = (new List<string>(), new List<string>(), new List<string>());
        var grub = GrubEvents.Read(claims);
        kernels.AddRange(grub.Kernels);
        initrds.AddRange(grub.Initrds);
        commandLines.AddRange(grub.CommandLines);

        var image = UnifiedImageEvents.Read(claims);
        kernels.AddRange(image.Kernels);
        initrds.AddRange(image.Initrds);
        commandLines.AddRange(StubCommandLine.Read(claims));
        initrds.AddRange(KernelStubEvents.Initrds(claims));

        Put(boot, "kernel", kernels);
        Put(boot, "initrd", initrds);
        Put(boot, "command_line", commandLines);
        if (grub.Commands.Count > 0 && ClaimList.Of(grub.Commands) is { } commands) boot["grub"] = new JsonObject { ["commands"] = commands };
    }

    private static void Put(JsonObject boot, string name, List<string> texts)
    {
        if (texts.Count > 0 && ClaimList.Of(texts) is { } list) boot[name] = list;
    }
}
