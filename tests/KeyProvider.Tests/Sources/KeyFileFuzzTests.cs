using System.Buffers.Text;
using System.Text;
using Coffer.KeyProvider.Sources;
using Coffer.KeyProvider.Sources.Local;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Sources;

public sealed class KeyFileFuzzTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(200, 32).Select(i => (byte)i)];

    [Fact]
    public void Content_is_a_key_of_32_bytes_or_refused_with_a_reason()
    {
        byte[][] seeds =
        [
            Key,
            Encoding.ASCII.GetBytes(Convert.ToBase64String(Key) + "\n"),
            Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Key)),
            Encoding.ASCII.GetBytes(Convert.ToHexString(Key)),
            Encoding.ASCII.GetBytes($$"""{"kty":"oct","kid":"kbs:///default/key/1","alg":"A256GCM","k":"{{Base64Url.EncodeToString(Key)}}"}"""),
        ];
        Fuzzing.Run("key files", seeds, (input, _) =>
        {
            try
            {
                using var content = KeyFileContent.Parse(input);
                Assert.Equal(KeyFileContent.KeyBytes, content.Key.Length);
                Assert.True(content.ForeignKid is null || KeyFileContent.IsKid(content.ForeignKid));
            }
            catch (FormatException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        });
    }

    [Fact]
    public void File_name_is_read_as_it_is_written_or_not_at_all()
    {
        byte[][] seeds = [.. new[] { "team-a.1.key", "a.b.c.999999999.jwk", "0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c.12.key", "_.3.jwk" }.Select(Encoding.ASCII.GetBytes)];
        Fuzzing.Run("key file names", seeds, (input, _) =>
        {
            var name = Encoding.UTF8.GetString(input);
            if (name.Length == 0 || KeyFileName.Parse(name) is not { } parsed) return;
            var form = name.EndsWith(KeyFileName.JwkEnding, StringComparison.Ordinal) ? KeyFileForm.Jwk : KeyFileForm.Raw;
            Assert.Equal(name, KeyFileName.Of(parsed, form));
            Assert.Equal(parsed, VersionedKeyName.ParseUri(parsed.ToUri(LocalKey.Scheme), LocalKey.Scheme));
            Assert.True(VersionedKeyName.IsId(parsed.Id));
            Assert.InRange(parsed.Version, 1, 999_999_999);
        });
    }
}
