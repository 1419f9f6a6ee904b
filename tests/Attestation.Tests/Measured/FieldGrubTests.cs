using Coffer.Attestation.Measured;
using Coffer.Attestation.Measured.Grub;
using Coffer.Attestation.Measured.Log;
using Coffer.Attestation.Tpm.EventLog;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Measured;

/// <summary>What firmware and GRUB measured on confidential guests: their logs name registers of their own, so that digests are compared and not values.</summary>
public sealed class FieldGrubTests
{
    [Fact]
    public void Texts_of_GRUB_are_computed_as_they_were_measured()
    {
        var bytes = File.ReadAllBytes(SharedVectors.Require("tdx", "gotdx", "ccel_data.dat"));
        var steps = StepsOfLog.Read(new MachineLog(bytes));
        Assert.Contains(steps, s => s.StartsWith("kernel_cmdline: ", StringComparison.Ordinal));
        Assert.True(steps.Count(s => s.StartsWith("grub_cmd: ", StringComparison.Ordinal)) > 10, string.Join('\n', steps));
        var boot = new MeasuredBoot(["sha384"]);
        GrubSteps.Measure(boot, steps, _ => throw new InvalidOperationException(), TestContext.Current.CancellationToken);
        ShouldBeIn(bytes, boot.Events.Where(e => e.Register == 8));
    }

    [Fact]
    public void The_remarks_of_firmware_are_computed_as_they_were_measured()
    {
        var boot = new MeasuredBoot(["sha384"]);
        Firmware.Start(boot);
        foreach (var name in (string[])["CCEL_data_grub", "CCEL_data_ovmf"]) ShouldBeIn(File.ReadAllBytes(SharedVectors.Require("eventlog", name)), boot.Events);
    }

    private static void ShouldBeIn(byte[] log, IEnumerable<MeasuredEvent> measured)
    {
        var logged = TcgEventLog.Parse(log).Events.Select(e => Convert.ToHexString(e.DigestIn(TpmAlgorithm.Sha384)!.Value.Span)).ToHashSet();
        Assert.All(measured, e => Assert.Contains(Convert.ToHexString(e.Digests[0].Span), logged));
    }
}
