using System.Text;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Exec;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Sources.Local;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;
using CsCheck;

namespace Coffer.KeyProvider.Tests.Exec;

public sealed class KeyProviderExecTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly KeyProviderSettings _settings;

    public KeyProviderExecTests()
    {
        Key("team-a.1.key", 1);
        Key("hsm-like.1.key", 2);
        _settings = new KeyProviderSettings { Sources = [new LocalSettings("local", [], _folder.Path, "team-a")] };
    }

    [Fact]
    public async Task A_wrapped_layer_key_comes_back_byte_for_byte()
    {
        var packet = KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, await RunAsync(Ask.WrapRequest("keyid=team-a"))).Payload;

        Assert.Equal("coffer-local:///team-a/1", PacketReader.Read(packet).KeyId);
        Assert.Equal(Ask.Options, KeyProviderAnswer.Read(KeyProviderOperation.KeyUnwrap, await RunAsync(Ask.UnwrapRequest(packet))).Payload);
    }

    [Fact]
    public void Whatever_the_private_options_are_they_come_back() => Gen.Byte.Array[1, 3000].Sample(
        options =>
        {
            var packet = KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, RunAsync(Ask.WrapRequest(options: options)).GetAwaiter().GetResult()).Payload;
            return KeyProviderAnswer.Read(KeyProviderOperation.KeyUnwrap, RunAsync(Ask.UnwrapRequest(packet)).GetAwaiter().GetResult()).Payload.SequenceEqual(options);
        },
        iter: 40);

    [Fact]
    public async Task A_commands_caller_may_name_a_file_in_the_key_folder_and_none_elsewhere()
    {
        var packet = KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, await RunAsync(Ask.WrapRequest("keyid=kbs:///default/k/1::keypath=team-a.1.key"))).Payload;

        Assert.Equal("kbs:///default/k/1", PacketReader.Read(packet).KeyId);
        Assert.Equal(FailureReason.Denied, (await Ask.FailureAsync(() => RunAsync(Ask.WrapRequest("keyid=kbs:///default/k/1::keypath=../../etc/hostname")))).Reason);
    }

    [Fact]
    public async Task A_source_is_found_by_the_prefix_that_the_configuration_gives_it()
    {
        var settings = _settings with { Sources = [new LocalSettings("others", [], _folder.Path, "team-a"), new LocalSettings("hsm", ["hsm-"], _folder.Path)] };

        Assert.Contains("key source 'hsm': ", (await Ask.FailureAsync(() => RunAsync(Ask.WrapRequest("keyid=hsm-gone"), settings))).Message, StringComparison.Ordinal);
        Assert.Contains("key source 'others': ", (await Ask.FailureAsync(() => RunAsync(Ask.WrapRequest("keyid=gone"), settings))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_an_error_that_says_what_is_read_there() =>
        Assert.StartsWith("standard input is empty: ", (await Ask.FailureAsync(() => RunAsync([]))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task More_than_a_message_may_have_is_not_read()
    {
        using var endless = new Endless();

        var failure = await Ask.FailureAsync(() => RunAsync(endless, Stream.Null, _settings));

        Assert.Equal("the request on standard input has more than 4194304 bytes", failure.Message);
        Assert.True(endless.Given < 5 * 1024 * 1024);
    }

    [Fact]
    public async Task A_request_in_small_pieces_is_read_to_its_end()
    {
        using var output = new MemoryStream();
        await RunAsync(new InPieces(Ask.WrapRequest(options: new byte[30_000])), output, _settings);

        Assert.NotEmpty(KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, output.ToArray()).Payload);
    }

    [Fact]
    public async Task Nothing_is_written_where_there_is_no_answer()
    {
        using var output = new MemoryStream();

        await Ask.FailureAsync(() => RunAsync(new MemoryStream(Encoding.UTF8.GetBytes("{")), output, _settings));

        Assert.Equal(0, output.Length);
    }

    [Fact]
    public async Task Waiting_for_a_request_that_does_not_come_can_be_ended()
    {
        using var ending = new CancellationTokenSource();
        using var server = new System.IO.Pipes.AnonymousPipeServerStream();
        using var client = new System.IO.Pipes.AnonymousPipeClientStream(server.GetClientHandleAsString());
        var run = KeyProviderExec.RunAsync(_settings, client, Stream.Null, TimeProvider.System, ending.Token);

        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<byte[]> RunAsync(byte[] request, KeyProviderSettings? settings = null)
    {
        using var output = new MemoryStream();
        await RunAsync(new MemoryStream(request), output, settings ?? _settings);
        return output.ToArray();
    }

    private static Task RunAsync(Stream input, Stream output, KeyProviderSettings settings) =>
        KeyProviderExec.RunAsync(settings, input, output, TimeProvider.System, TestContext.Current.CancellationToken);

    private void Key(string name, byte fill)
    {
        var path = _folder.Combine(name);
        File.WriteAllBytes(path, [.. Enumerable.Repeat(fill, 32)]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private sealed class Endless : MemoryStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)' ');
            Given += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }

    private sealed class InPieces(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 7)], cancellationToken);
        }
    }
}
