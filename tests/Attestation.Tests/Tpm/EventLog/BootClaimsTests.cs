using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Tests.Tpm.Verification;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tests.Tpm.EventLog;

public sealed class BootClaimsTests : IDisposable
{
    private const uint Ipl = 0xD, Separator = 4, Tagged = 6, Application = 0x80000003, Action = 0x80000007;
    private readonly FakeTpm _tpm = new();

    public void Dispose() => _tpm.Dispose();

    [Fact]
    public void A_boot_through_shim_and_grub_is_told_from_what_was_measured()
    {
        var boot = Boot(new LogBuilder()
            .SecureBoot(1).Event(7, 0x80000001, LogBuilder.Variable("PK", [1, 2])).Event(7, Separator, new byte[4])
            .Event(4, 0x80000003, "shim's hash"u8.ToArray(), "load event"u8.ToArray())
            .Event(14, Ipl, "the list"u8.ToArray(), "MokList\0"u8.ToArray())
            .Grub("grub_cmd", "set root=hd0,gpt2").Grub("grub_cmd", "linux /vmlinuz-6.1 root=/dev/vda2 quiet").Grub("kernel_cmdline", "/vmlinuz-6.1 root=/dev/vda2 quiet")
            .Grub("grub_cmd", "initrd /initrd.img-6.1")
            .File("(hd0,gpt2)/vmlinuz-6.1", "kernel").File("(hd0,gpt2)/initrd.img-6.1", "initrd").File("/grub.cfg", "configuration"));
        Assert.True(boot["secure_boot"]!.GetValue<bool>());
        Assert.Equal($"[\"{Sha256("shim's hash")}\"]", boot["applications"]!.ToJsonString());
        Assert.Equal([Sha256("the list")], Texts(boot["shim"]));
        Assert.Equal([Sha256("kernel"), Sha256("initrd"), Sha256("configuration")], Texts(boot["files"]));
        Assert.Equal(["/vmlinuz-6.1 root=/dev/vda2 quiet"], Texts(boot["command_line"]));
        Assert.Equal(3, boot["grub"]!["commands"]!.AsArray().Count);
    }

    [Fact]
    public void A_unified_kernel_image_is_told_by_its_sections_and_its_command_line_by_the_stub()
    {
        var line = Encoding.Unicode.GetBytes("console=ttyS0\0");
        var boot = Boot(new LogBuilder()
            .Event(11, Ipl, ".linux\0"u8.ToArray(), "whatever"u8.ToArray()).Event(11, Ipl, "kernel"u8.ToArray(), "whatever"u8.ToArray())
            .Event(11, Ipl, ".initrd\0"u8.ToArray(), "whatever"u8.ToArray()).Event(11, Ipl, "initrd"u8.ToArray(), "whatever"u8.ToArray())
            .Event(12, Ipl, line)
            .Event(9, Tagged, "another initrd"u8.ToArray(), [0xec, 0x22, 0x3b, 0x8f, 0, 0, 0, 0]));
        Assert.Equal([Sha256("kernel")], Texts(boot["kernel"]));
        Assert.Equal([Sha256("initrd")], Texts(boot["initrd"]));
        Assert.Equal([Sha256("another initrd")], Texts(boot["files"]));
        Assert.Equal(["console=ttyS0"], Texts(boot["command_line"]));
    }

    [Theory]
    [InlineData(new byte[] { 0 }, false)]
    [InlineData(new byte[] { }, false)]
    [InlineData(new byte[] { 1 }, true)]
    public void Secure_boot_is_on_only_where_the_variable_says_1(byte[] value, bool on) => Assert.Equal(on, Boot(new LogBuilder().SecureBoot(value))["secure_boot"]!.GetValue<bool>());

    [Fact]
    public void Secure_boot_is_unknown_where_its_variable_is_not_the_first_that_was_measured()
    {
        Assert.Null(Boot(new LogBuilder().Event(7, 0x80000001, LogBuilder.Variable("SecureBoot", [0]), "hidden"u8.ToArray()).SecureBoot(1))["secure_boot"]);
        Assert.Null(Boot(new LogBuilder().Event(7, 0x80000001, LogBuilder.Variable("PK", [0])).SecureBoot(1))["secure_boot"]);
        Assert.Null(Boot(new LogBuilder().Event(7, 0x80000001, LogBuilder.Variable("SecureBoot", [0]), LogBuilder.Variable("SecureBoot", [1])))["secure_boot"]);
        Assert.True(Boot(new LogBuilder().Event(7, Action, "UEFI Debug Mode"u8.ToArray()).SecureBoot(1))["secure_boot"]!.GetValue<bool>());
    }

    [Fact]
    public void A_command_line_cannot_be_hidden_by_another_label_or_text()
    {
        var relabelled = Boot(new LogBuilder().Grub("grub_cmd", "linux /vmlinuz init=/bin/sh").Grub("grub_cmd", "/vmlinuz init=/bin/sh").Grub("kernel_cmdline", "/vmlinuz quiet"));
        Assert.Contains("/vmlinuz init=/bin/sh", Texts(relabelled["command_line"]));

        var rewritten = Boot(new LogBuilder().Event(8, Ipl, "linux /vmlinuz init=/bin/sh"u8.ToArray(), "grub_cmd: true"u8.ToArray()).Grub("kernel_cmdline", "/vmlinuz quiet"));
        Assert.Null(rewritten["command_line"]);
        Assert.Null(rewritten["grub"]);
        Assert.Null(Boot(new LogBuilder().Event(12, Ipl, "a"u8.ToArray(), "bb"u8.ToArray()).Event(12, Ipl, Encoding.Unicode.GetBytes("quiet\0")))["command_line"]);
    }

    [Fact]
    public void Secure_boot_that_is_off_cannot_be_passed_over_by_another_type_of_event()
    {
        // Types are not measured: who writes the log calls the true variable an action, and extends another one after the boot.
        Assert.False(Boot(new LogBuilder().Event(7, Action, LogBuilder.Variable("SecureBoot", [0])).SecureBoot(1))["secure_boot"]!.GetValue<bool>());
        Assert.Null(Boot(new LogBuilder().Event(7, Action, LogBuilder.Variable("PK", [0])).SecureBoot(1))["secure_boot"]);
        Assert.Null(Boot(new LogBuilder().Event(7, Action, new byte[4]).SecureBoot(1))["secure_boot"]);
        Assert.True(Boot(new LogBuilder().Event(7, Action, "DMA Protection Disabled"u8.ToArray()).SecureBoot(1))["secure_boot"]!.GetValue<bool>());
    }

    [Fact]
    public void A_command_line_cannot_be_hidden_as_a_separator()
    {
        var grub = Boot(new LogBuilder().Event(8, Separator, "linux /vmlinuz init=/bin/sh"u8.ToArray(), new byte[4]).Grub("grub_cmd", "linux /vmlinuz quiet"));
        Assert.Null(grub["command_line"]);
        var stub = Boot(new LogBuilder().Event(12, Separator, Encoding.Unicode.GetBytes("init=/bin/sh\0"), new byte[4]).Event(12, Ipl, Encoding.Unicode.GetBytes("quiet\0")));
        Assert.Null(stub["command_line"]);
        Assert.Equal(["quiet"], Texts(Boot(new LogBuilder().Event(12, Separator, new byte[4]).Event(12, Ipl, Encoding.Unicode.GetBytes("quiet\0")))["command_line"]));
    }

    [Fact]
    public void What_firmware_started_cannot_be_left_out_by_calling_it_something_else()
    {
        var boot = Boot(new LogBuilder()
            .Event(4, Action, "Calling EFI Application from Boot Option"u8.ToArray()).Event(4, Separator, new byte[4])
            .Event(4, Application, "shim's hash"u8.ToArray(), "load event"u8.ToArray())
            .Event(4, Separator, "another loader's hash"u8.ToArray(), new byte[4])
            .Event(4, Action, "MZ\0\u0001 a whole program"u8.ToArray()));
        Assert.Equal([Sha256("shim's hash"), Sha256("another loader's hash"), Sha256("MZ\0\u0001 a whole program")], Texts(boot["applications"]));
    }

    [Fact]
    public void Which_file_a_digest_was_of_is_not_taken_from_the_log()
    {
        // Who booted another kernel gives its digest another name, and extends the good one's after the boot.
        var boot = Boot(new LogBuilder()
            .Grub("grub_cmd", "linux /vmlinuz quiet").File("/unimportant", "another kernel").File("/vmlinuz", "kernel")
            .Event(14, Ipl, "another list"u8.ToArray(), "unimportant\0"u8.ToArray()).Event(14, Ipl, "the list"u8.ToArray(), "MokList\0"u8.ToArray()));
        Assert.Null(boot["kernel"]);
        Assert.Equal([Sha256("another kernel"), Sha256("kernel")], Texts(boot["files"]));
        Assert.Equal([Sha256("another list"), Sha256("the list")], Texts(boot["shim"]));
    }

    [Fact]
    public void A_long_list_of_files_against_a_long_list_of_names_takes_no_time()
    {
        var log = new LogBuilder(TpmAlgorithm.Sha256).Grub("grub_cmd", "initrd " + string.Join(' ', Enumerable.Range(0, 60_000)));
        for (var i = 0; i < 6000; i++) log.File("/none", "");
        Use(log);
        var began = TimeProvider.System.GetTimestamp();
        Assert.Single(_tpm.Verify().Claims["tpm"]!["boot"]!["files"]!.AsArray());
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_log_that_does_not_end_at_the_quoted_values_is_refused()
    {
        var log = new LogBuilder().SecureBoot(1).Grub("grub_cmd", "boot");
        Use(log);
        _tpm.Sha256[8] = SHA256.HashData([.. _tpm.Sha256[8], .. new byte[32]]);
        Assert.Contains("PCR 8 in the bank sha256", Assert.Throws<AttestationException>(() => _tpm.Verify()).Message, StringComparison.Ordinal);
        Use(log);
        _tpm.Sha384[7] = new byte[48];
        Assert.Contains("PCR 7 in the bank sha384", Assert.Throws<AttestationException>(() => _tpm.Verify()).Message, StringComparison.Ordinal);
        Use(log);
        _tpm.Sha256[3] = SHA256.HashData("not in the log"u8);
        Assert.Equal(AttestationFault.Untrusted, Assert.Throws<AttestationException>(() => _tpm.Verify()).Fault);
    }

    [Fact]
    public void Registers_that_the_operating_system_extends_later_give_no_claims_where_the_log_does_not_reach_them()
    {
        Use(new LogBuilder().SecureBoot(1).Event(11, Ipl, ".linux\0"u8.ToArray()).Event(11, Ipl, "kernel"u8.ToArray()));
        _tpm.Sha256[11] = SHA256.HashData("enter-initrd"u8);
        var claims = _tpm.Verify().Claims["tpm"]!;
        Assert.Null(claims["boot"]!["kernel"]);
        Assert.DoesNotContain(11, claims["event_log"]!["pcrs"]!.AsArray().Select(p => p!.GetValue<int>()));
        Assert.Contains(7, claims["event_log"]!["pcrs"]!.AsArray().Select(p => p!.GetValue<int>()));
    }

    [Fact]
    public void A_log_without_the_bank_that_firmware_is_sure_to_extend_is_refused()
    {
        foreach (var bank in (TpmAlgorithm[])[TpmAlgorithm.Sha1, TpmAlgorithm.Sha384])
        {
            Use(new LogBuilder(bank).SecureBoot(1));
            Assert.Contains("no digests of the sha256 bank", Assert.Throws<AttestationException>(() => _tpm.Verify()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_locality_of_startup_begins_register_0()
    {
        var log = new LogBuilder();
        log.Begin(0, 3);
        log.Event(0, 3, [], [.. "StartupLocality\0"u8, 3], extend: false).Event(0, 8, "firmware 1"u8.ToArray());
        Use(log);
        Assert.Contains(0, _tpm.Verify().Claims["tpm"]!["event_log"]!["pcrs"]!.AsArray().Select(p => p!.GetValue<int>()));
    }

    private JsonObject Boot(LogBuilder log)
    {
        Use(log);
        var claims = _tpm.Verify().Claims["tpm"]!;
        Assert.True(claims["event_log"]!["replayed"]!.GetValue<bool>());
        return claims["boot"]!.AsObject();
    }

    private void Use(LogBuilder log)
    {
        _tpm.EventLog = log.Bytes;
        for (var register = 0u; register < 24; register++)
        {
            _tpm.Sha256[(int)register] = log.Register(TpmAlgorithm.Sha256, register);
            _tpm.Sha384[(int)register] = log.Register(TpmAlgorithm.Sha384, register);
        }
    }

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(t => t!.GetValue<string>());

    private static string Sha256(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
}
