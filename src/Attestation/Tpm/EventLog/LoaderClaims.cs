using System.Text.Json.Nodes;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>What boot loaders and stubs say of kernel, initrd and command line: one reader each, their findings put together.</summary>
internal static class LoaderClaims
{
    public static void Add(BootClaims claims, JsonObject boot)
    {
        var (grub, image) = (GrubEvents.Read(claims), UnifiedImageEvents.Read(claims));
        ClaimList.Put(boot, "kernel", image.Kernels);
        ClaimList.Put(boot, "initrd", image.Initrds);
        ClaimList.Put(boot, "command_line", [.. grub.CommandLines, .. StubCommandLine.Read(claims)]);

        var commands = new JsonObject();
        ClaimList.Put(commands, "commands", grub.Commands);
        if (commands.Count > 0) boot["grub"] = commands;
    }
}
