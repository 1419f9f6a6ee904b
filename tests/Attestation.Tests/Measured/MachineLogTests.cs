using System.Text;
using Coffer.Attestation.Measured;
using Coffer.Attestation.Measured.Grub;
using Coffer.Attestation.Measured.Log;
using Coffer.Attestation.Measured.Systemd;
using Coffer.Attestation.Tests.Tpm.EventLog;
using Coffer.Attestation.Tpm.EventLog;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Measured;

public sealed class MachineLogTests
{
    private static readonly byte[] Kernel = new PeBuilder().Section(".text", "kernel").ToBytes();

    // Of OVMF, systemd-stub 257 and Linux 6.1 in a virtual machine with a software TPM, whose first boot option was an empty drive.
    private static byte[] RealLog => File.ReadAllBytes(RepositoryRoot.Combine("tests", "testdata", "eventlogs", "ovmf-stub-257.bin"));

    [Fact]
    public void Firmware_measures_into_4_what_is_computed_for_it()
    {
        var (computed, taken) = (new MeasuredBoot(["sha256", "sha512"]), new MeasuredBoot(["sha256", "sha512"]));
        Firmware.Start(computed, failedAttempts: 1);
        new MachineLog(RealLog).Start(taken);
        Assert.Equal(4, taken.Events.Count);
        Assert.Equal(Convert.ToHexString(computed.Value("sha512", 4).Span), Convert.ToHexString(taken.Value("sha512", 4).Span));
        var compared = Assert.Single(new MachineLog(RealLog).Compare(computed));
        Assert.Equal((4, 4, null), (compared.Register, compared.Same, compared.Computed));
        Assert.Equal("EV_EFI_BOOT_SERVICES_APPLICATION", compared.Logged!.Type);

        var first = new MeasuredBoot(["sha256"]);
        Firmware.Start(first);
        Firmware.Load(first, "kernel", new MemoryStream(Kernel), TestContext.Current.CancellationToken);
        compared = Assert.Single(new MachineLog(RealLog).Compare(first));
        Assert.Equal((2, "kernel", "Returning from EFI Application from Boot Option"), (compared.Same, compared.Computed!.What, compared.Logged!.Text));
    }

    [Fact]
    public void Stub_and_kernel_measure_what_is_computed_for_the_parts_that_are_known()
    {
        // Of the whole image only these parts were kept.
        var sections = new Dictionary<string, Stream> { [".linux"] = new MemoryStream(Kernel), [".uname"] = new MemoryStream("6.1.0-56-cloud-amd64"u8.ToArray()) };
        var boot = new MeasuredBoot(["sha256"]);
        UnifiedKernel.Measure(boot, sections, new UnifiedKernelSettings { LoadOptions = "console=ttyS0 panic=-1 quiet coffer.test=ü" }, TestContext.Current.CancellationToken);
        var logged = TcgEventLog.Parse(RealLog).Events.Select(e => (e.Register, Convert.ToHexString(e.DigestIn(TpmAlgorithm.Sha256)!.Value.Span))).ToHashSet();
        foreach (var what in (string[])[".linux (name)", ".uname (name)", ".uname", "command line"])
        {
            var measured = boot.Events.Single(e => e.What == what);
            Assert.Contains(((uint)measured.Register, Convert.ToHexString(measured.Digests[0].Span)), logged);
        }
    }

    [Fact]
    public void The_first_event_that_differs_is_told()
    {
        var log = new LogBuilder().Event(11, 0xD, Encoding.ASCII.GetBytes(".linux\0")).Event(11, 0xD, "another kernel"u8.ToArray(), Encoding.Unicode.GetBytes(".linux\0"));
        var sections = new Dictionary<string, Stream> { [".linux"] = new MemoryStream(Kernel) };
        var boot = new MeasuredBoot(["sha512", "sha256"]);
        UnifiedKernel.Measure(boot, sections, new UnifiedKernelSettings { InnerKernel = false }, TestContext.Current.CancellationToken);
        var compared = Assert.Single(new MachineLog(log.Bytes).Compare(boot));
        Assert.Equal((11, "sha256", 1, ".linux", ".linux"), (compared.Register, compared.Bank, compared.Same, compared.Computed!.What, compared.Logged!.Text));
        Assert.False(compared.IsSame);

        var same = new LogBuilder().Event(11, 0xD, Encoding.ASCII.GetBytes(".linux\0")).Event(11, 0xD, Kernel);
        compared = Assert.Single(new MachineLog(same.Bytes).Compare(boot));
        Assert.True(compared.IsSame);
        Assert.Equal(same.Register(TpmAlgorithm.Sha256, 11), boot.Value("sha256", 11).ToArray());
        compared = Assert.Single(new MachineLog(same.Event(11, 0xD, [1]).Bytes).Compare(boot));
        Assert.Equal((2, false, true), (compared.Same, compared.IsSame, compared.Computed is null));

        var other = new MeasuredBoot(["sha512"]);
        Assert.Contains("no digests of sha512", Assert.Throws<AttestationException>(() => new MachineLog(same.Bytes).Compare(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_of_a_log_bring_the_registers_to_where_it_ends()
    {
        var log = new LogBuilder(TpmAlgorithm.Sha1, TpmAlgorithm.Sha256).Grub("grub_cmd", "menuentry Linux {\n\techo \\x ü\u2028\n}").Grub("kernel_cmdline", "/vmlinuz root=/dev/sda1 ")
            .File("(hd0,gpt1)/vmlinuz", "kernel").Event(8, 0xD, "changed"u8.ToArray(), "grub_cmd: linux\0"u8.ToArray()).Event(8, 0xD, [0xff, 0xfe], [.. "grub_cmd: "u8, 0xff, 0xfe, 0]);
        var steps = StepsOfLog.Read(new MachineLog(log.Bytes));
        Assert.Equal(@"grub_cmd: menuentry Linux {\x0a\x09echo \x5cx ü\xe2\x80\xa8\x0a}", steps[0]);
        Assert.StartsWith("digest: 9 sha1:", steps[2], StringComparison.Ordinal);
        Assert.EndsWith(" (hd0,gpt1)/vmlinuz", steps[2], StringComparison.Ordinal);
        Assert.StartsWith("digest: 8 ", steps[3], StringComparison.Ordinal);
        var boot = new MeasuredBoot(["sha256"]);
        GrubSteps.Measure(boot, steps, _ => throw new InvalidOperationException(), TestContext.Current.CancellationToken);
        foreach (var register in (uint[])[8, 9]) Assert.Equal(log.Register(TpmAlgorithm.Sha256, register), boot.Value("sha256", (int)register).ToArray());
        Assert.All(new MachineLog(log.Bytes).Compare(boot), c => Assert.True(c.IsSame));

        // A file in the stead of its digest, and what a kernel behind GRUB measures.
        steps = [steps[0], steps[1], "# the next kernel", "file: /vmlinuz", "program: /vmlinuz", "options: quiet", "initrd: /initrd", steps[3], steps[4]];
        var next = new MeasuredBoot(["sha256"]);
        GrubSteps.Measure(next, steps, path => new MemoryStream(path == "/vmlinuz" ? Kernel : [1]), TestContext.Current.CancellationToken);
        Assert.Equal(Convert.ToHexString(boot.Value("sha256", 8).Span), Convert.ToHexString(next.Value("sha256", 8).Span));
        Assert.Equal([4, 8, 9], next.Registers);
        Assert.Equal(3, next.Events.Count(e => e.Register == 9));
    }

    [Fact]
    public void Texts_of_a_real_GRUB_bring_register_8_to_the_value_that_the_TPM_had()
    {
        // Debian's GRUB 2.06 behind shim, in a virtual machine.
        const string prefix = "(hd0,msdos1)/EFI/debian", linux = "/vmlinuz console=ttyS0 panic=-1 quiet viagrub";
        string[] steps =
        [
            $"grub_cmd: [ -z {prefix} -o ! -e {prefix} ]", $"grub_cmd: [ -e {prefix}/x86_64-efi/grub.cfg ]", $"grub_cmd: [ -e {prefix}/grub.cfg ]", $"grub_cmd: source {prefix}/grub.cfg",
            "grub_cmd: set timeout=0", $@"grub_cmd: menuentry Linux {{\x0a  linux {linux}\x0a  initrd /initrd.img\x0a}}", "grub_cmd: setparams Linux", $"grub_cmd: linux {linux}",
            $"kernel_cmdline: {linux}", "grub_cmd: initrd /initrd.img",
        ];
        var boot = new MeasuredBoot(["sha256"]);
        GrubSteps.Measure(boot, steps, _ => throw new InvalidOperationException(), TestContext.Current.CancellationToken);
        Assert.Equal("84f9d7a25877c89a3cfcf0acffa8f1109eae3c3a7adddb5fbe4e8ffcbe1db30a", Convert.ToHexStringLower(boot.Value("sha256", 8).Span));
    }

    [Fact]
    public void Steps_of_a_real_log_bring_register_9_to_where_it_ends()
    {
        var boot = new MeasuredBoot(["sha1", "sha384"]);
        GrubSteps.Measure(boot, StepsOfLog.Read(new MachineLog(RealLog)), _ => throw new InvalidOperationException(), TestContext.Current.CancellationToken);
        Assert.Equal(EventLogReplay.Compute(TcgEventLog.Parse(RealLog), TpmAlgorithm.Sha384)[9], boot.Value("sha384", 9).ToArray());
    }

    [Theory]
    [InlineData("no colon", "has no 'WHAT: '")]
    [InlineData("boot: x", "begins with 'boot'")]
    [InlineData(@"grub_cmd: a\", "has a backslash")]
    [InlineData(@"grub_cmd: a\x0", "has a backslash")]
    [InlineData("digest: 24 sha256:00", "has no register")]
    [InlineData("digest: 9", "has no register")]
    [InlineData("digest: 9 sha256:00", "has no digest of the bank sha256")]
    [InlineData("digest: 9 sha1:00", "has no digest of the bank sha256")]
    public void A_line_that_is_no_step_is_named(string line, string reason)
    {
        var e = Assert.Throws<AttestationException>(() => GrubSteps.Measure(new MeasuredBoot(["sha256"]), ["", line], _ => Stream.Null, TestContext.Current.CancellationToken));
        Assert.Contains("line 2 of the steps " + reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_that_are_none_are_refused()
    {
        var digest = new string('a', 64);
        byte[][] seeds = [Encoding.UTF8.GetBytes($"grub_cmd: a\\x0a ü\nfile: /a\nprogram: /b\n# c\ndigest: 9 sha256:{digest},sha1:00 name\noptions: quiet\n")];
        Fuzzing.Run("grub steps", seeds, (input, _) =>
        {
            try
            {
                GrubSteps.Measure(new MeasuredBoot(["sha256"]), Encoding.UTF8.GetString(input).Split('\n'), _ => new MemoryStream(Kernel), TestContext.Current.CancellationToken);
            }
            catch (AttestationException)
            {
                // A refusal is right.
            }
        }, 1_000);
    }

    [Fact]
    public void Logs_of_machines_bear_every_change()
    {
        Fuzzing.Run("machine log", [RealLog], (input, _) =>
        {
            try
            {
                var log = new MachineLog(input);
                var boot = new MeasuredBoot(["sha256"]);
                log.Start(boot);
                Assert.NotNull(log.Compare(boot));
                GrubSteps.Measure(boot, StepsOfLog.Read(log), _ => throw new InvalidOperationException(), TestContext.Current.CancellationToken);
            }
            catch (AttestationException)
            {
                // A refusal is right.
            }
        }, 500);
    }

    [Fact]
    public async Task A_TPM_comes_to_the_values_that_are_computed()
    {
        await using var tpm = await SoftwareTpm.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var boot = new MeasuredBoot(["sha1", "sha256"]);
        foreach (var part in (string[])["kernel", "", "initrd"])
        {
            boot.Measure(9, part, Encoding.UTF8.GetBytes(part));
            if (part.Length == 0)
            {
                var banks = string.Join(',', boot.Banks.Select((bank, at) => $"{bank}={Convert.ToHexStringLower(boot.Events[^1].Digests[at].Span)}"));
                (await tpm.RunToolAsync("tpm2_pcrextend", $"9:{banks}")).ShouldSucceed();
                continue;
            }
            tpm.Folder.Write("part", part);
            (await tpm.RunToolAsync("tpm2_pcrevent", "9", "part")).ShouldSucceed();
        }
        foreach (var bank in boot.Banks)
        {
            (await tpm.RunToolAsync("tpm2_pcrread", "-o", "values", $"{bank}:9")).ShouldSucceed();
            Assert.Equal(boot.Value(bank, 9).ToArray(), await File.ReadAllBytesAsync(tpm.Folder.Combine("values"), TestContext.Current.CancellationToken));
        }
    }
}
