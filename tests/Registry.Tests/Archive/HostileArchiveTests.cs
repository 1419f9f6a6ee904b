using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Coffer.Oci;
using Coffer.Registry.Archive;
using Coffer.Support;

namespace Coffer.Registry.Tests.Archive;

public sealed class HostileArchiveTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("../oci-layout", "leads out")]
    [InlineData("a/../../b", "leads out")]
    [InlineData("/etc/passwd", "absolute")]
    public async Task Names_that_leave_the_archive_are_refused(string name, string why) =>
        Assert.Contains(why, await RefusedAsync(Tar(w => w.WriteEntry(File(name)))), StringComparison.Ordinal);

    [Fact]
    public async Task A_name_beyond_reason_is_refused() =>
        Assert.Contains("too long", await RefusedAsync(Tar(w => w.WriteEntry(File(new string('a', 3000))))), StringComparison.Ordinal);

    [Theory]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.BlockDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task Devices_are_refused(TarEntryType type) =>
        Assert.Contains("neither a file nor a directory", await RefusedAsync(Tar(w => w.WriteEntry(new PaxTarEntry(type, "index.json")))), StringComparison.Ordinal);

    [Theory]
    [InlineData("index.json")]
    [InlineData("oci-layout")]
    public async Task A_link_in_the_place_of_a_file_of_the_layout_is_refused(string name) =>
        Assert.Contains("is a link", await RefusedAsync(Tar(w =>
        {
            if (name != "oci-layout") w.WriteEntry(File("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""));
            w.WriteEntry(File("real", "{}"));
            w.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = "real" });
        })), StringComparison.Ordinal);

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../etc/passwd")]
    public async Task A_link_that_leads_out_is_refused(string target) =>
        await RefusedAsync(Tar(w => w.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "a/b") { LinkName = target })), "docker-archive");

    [Fact]
    public async Task Links_in_a_circle_are_refused() =>
        Assert.Contains("without end", await RefusedAsync(Tar(w =>
        {
            w.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "manifest.json") { LinkName = "b" });
            w.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "b") { LinkName = "manifest.json" });
        }), "docker-archive"), StringComparison.Ordinal);

    [Fact]
    public async Task A_file_that_is_there_twice_is_refused() =>
        Assert.Contains("twice", await RefusedAsync(Tar(w =>
        {
            w.WriteEntry(File("index.json"));
            w.WriteEntry(File("./index.json"));
        })), StringComparison.Ordinal);

    [Fact]
    public async Task A_member_that_claims_more_than_the_file_has_is_refused()
    {
        var tar = Tar(w => w.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "index.json") { DataStream = new MemoryStream(new byte[10_000]) }));
        Assert.Contains("ends before", await RefusedAsync(tar[..2048]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_size_beyond_any_file_is_refused()
    {
        var tar = Tar(w => w.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "index.json") { DataStream = new MemoryStream([1]) }));
        tar[124] = 0x80; // base-256: the rest is the number
        tar.AsSpan(125, 11).Fill(0x7f);
        FixChecksum(tar);
        await RefusedAsync(tar);
    }

    [Fact]
    public async Task An_extended_header_beyond_the_bound_is_refused()
    {
        var tar = Tar(w => w.WriteEntry(File(new string('a', 200))));
        Encoding.ASCII.GetBytes("77777777777").CopyTo(tar, 124);
        FixChecksum(tar);
        Assert.Contains("extended header", await RefusedAsync(tar), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endless_padding_after_the_end_is_not_read()
    {
        var tar = Tar(w => w.WriteEntry(File("other")));
        var path = _temp.Write("padded.tar", tar);
        using (var file = System.IO.File.OpenWrite(path)) file.SetLength(1L << 40);
        var started = System.Diagnostics.Stopwatch.StartNew();
        await OpenAsync(path, "oci-archive");
        Assert.True(started.Elapsed < TimeSpan.FromSeconds(20), "the padding was walked");
    }

    [Fact]
    public async Task An_archive_that_unpacks_without_end_is_refused()
    {
        var path = _temp.Combine("bomb.tar.gz");
        using (var gzip = new GZipStream(System.IO.File.Create(path), CompressionLevel.Optimal))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++) gzip.Write(zeros);
        }
        using var file = System.IO.File.OpenHandle(path);
        var error = await Assert.ThrowsAsync<MalformedImageException>(async () =>
            await Decompression.UnpackedAsync(file, "oci-archive:bomb", CancellationToken.None, freeBytes: 1 << 20));
        Assert.Contains("unpacks to more than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_bytes_are_either_an_archive_or_one_clear_error()
    {
        var tar = Tar(w =>
        {
            w.WriteEntry(File("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""));
            w.WriteEntry(File("index.json", """{"schemaVersion":2,"manifests":[]}"""));
            w.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "a/b") { LinkName = "../index.json" });
        });
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            var bytes = tar[..(round % 5 == 0 ? random.Next(tar.Length) : tar.Length)];
            for (var flips = random.Next(1, 6); flips > 0 && bytes.Length > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await OpenAsync(_temp.Write("fuzz.tar", bytes), round % 2 == 0 ? "oci-archive" : "docker-archive");
        }
    }

    private static PaxTarEntry File(string name, string content = "x") => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private static byte[] Tar(Action<TarWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true)) write(writer);
        return bytes.ToArray();
    }

    private static void FixChecksum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in header[..512]) sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", header.Slice(148, 8));
    }

    private async Task<string> RefusedAsync(byte[] tar, string transport = "oci-archive") => await OpenAsync(_temp.Write("hostile.tar", tar), transport);

    // Every archive here is refused; what else is thrown fails the test.
    private static async Task<string> OpenAsync(string path, string transport)
    {
        var error = await Assert.ThrowsAnyAsync<CofferException>(async () =>
        {
            await using var source = await ImageLocation.Parse($"{transport}:{path}").OpenSourceAsync(new RegistryOptions(), CancellationToken.None);
            await source.GetRootAsync(CancellationToken.None);
        });
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
