using System.Text;
using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Compared;

/// <summary>What key providers are told, and when they are asked.</summary>
public sealed class ProviderTests(Bench bench) : Comparison(bench)
{
    [Fact]
    public async Task Provider_is_sent_every_private_key_there_and_none_here()
    {
        var log = Work.Combine("requests");
        var provider = Provider(RepositoryRoot.Combine("tests", "Interop", "Keys", "keyprovider.sh"), Work.Write("key", "0123456789abcdef"), log);
        (await Product.EncryptAsync(Original(), Encrypted, provider)).ShouldSucceed();
        var key = (await KeyAsync(RecipientNames.P384)).Decrypt[0];
        var secret = Convert.ToBase64String(await File.ReadAllBytesAsync(key));
        var both = provider with { Decrypt = [.. provider.Decrypt, key] };

        File.Delete(log);
        (await SkopeoOpensAsync(both)).ShouldSucceed();
        Assert.Contains(secret, await File.ReadAllTextAsync(log), StringComparison.Ordinal);

        File.Delete(log);
        (await ProductOpensAsync(both)).ShouldSucceed();
        Assert.DoesNotContain(secret, await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_that_an_image_names_is_asked_there_and_here_only_if_the_user_named_it()
    {
        var log = Work.Combine("requests");
        var provider = Provider(RepositoryRoot.Combine("tests", "Interop", "Keys", "keyprovider.sh"), Work.Write("key", "0123456789abcdef"), log);
        (await Product.EncryptAsync(Original(), Encrypted, provider)).ShouldSucceed();
        var unnamed = provider with { Decrypt = (await KeyAsync(RecipientNames.P384)).Decrypt };

        (await SkopeoOpensAsync(unnamed)).ShouldSucceed();

        File.Delete(log);
        (await ProductOpensAsync(unnamed)).ShouldExit(3);
        Assert.False(File.Exists(log));
    }

    [Fact]
    public async Task Provider_that_answers_with_nothing_is_dropped_there_and_an_error_here()
    {
        var empty = Provider("/bin/echo", """{\"keywrapresults\":{\"annotation\":\"\"}}""");
        var both = (await KeyAsync(RecipientNames.P256)).And(empty, "both");

        (await SkopeoEncryptsAsync(Original(), both, $"oci:{Work.Combine("theirs")}:1")).ShouldSucceed();
        Assert.NotEqual(0, (await Product.EncryptAsync(Original(), Encrypted, both)).ExitCode);
        Assert.False(File.Exists(Path.Combine(Folder, "index.json")));
    }

    [Fact]
    public async Task Recipient_that_cannot_be_served_is_noticed_there_after_the_first_layer_and_here_before_it()
    {
        var unknown = Provider("/bin/false");
        (await SkopeoEncryptsAsync(Original(), unknown, $"oci:{Work.Combine("theirs")}:1")).ShouldExit(1);
        Assert.NotEmpty(Directory.GetFiles(Work.Combine("theirs", "blobs", "sha256")));

        Assert.NotEqual(0, (await Product.EncryptAsync(Original(), Encrypted, unknown)).ExitCode);
        Assert.False(Directory.Exists(Folder));
    }

    private Recipient Provider(string program, params string[] arguments)
    {
        var configuration = Work.Write("providers.json", Encoding.UTF8.GetBytes($$"""
            {"key-providers": {"own": {"cmd": {"path": "{{program}}", "args": [{{string.Join(',', arguments.Select(a => $"\"{a}\""))}}]} } } }
            """));
        return new Recipient("own", ["provider:own"], ["provider:own"], "provider.own")
        {
            Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = configuration },
        };
    }
}
