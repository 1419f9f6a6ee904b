using System.Text;
using Coffer.KeyProvider.Parameters;

namespace Coffer.KeyProvider.Tests.Parameters;

public sealed class ParameterReaderTests
{
    private static readonly KeyProviderOptions Everything = new() { AllowKeyFile = true, AllowSampleKey = true };

    [Theory]
    [InlineData("Enabled")]
    [InlineData("")]
    [InlineData("any")]
    [InlineData("algorithm=A256GCM")]
    [InlineData("sample=false")]
    public void The_default_key_is_asked_for(string text)
    {
        var selection = Read(text);

        Assert.Equal((null, null, false), (selection.KeyId, selection.KeyFile, selection.UseSampleKey));
        Assert.Empty(selection.AssetTags);
    }

    [Theory]
    [InlineData("keyid=team-a", "team-a", null)]
    [InlineData("keyid=kbs:///default/image-kek/1", "kbs:///default/image-kek/1", null)]
    [InlineData("keyid=a=b", "a=b", null)]
    [InlineData("keyid=kbs:///d/k/1::keypath=k.bin::algorithm=A256GCM::sample=false", "kbs:///d/k/1", "k.bin")]
    [InlineData("sample=false::algorithm=A256GCM::keypath=k.bin::keyid=x", "x", "k.bin")]
    [InlineData("key-id:0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c", "0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c", null)]
    [InlineData("key-id:0F8E2F6C-1111-4A7B-8C1D-2A1F2F3A4B5C", "0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c", null)]
    public void A_key_is_asked_for_by_name(string text, string keyId, string? file) =>
        Assert.Equal((keyId, file), (Read(text).KeyId, Read(text).KeyFile));

    [Theory]
    [InlineData("asset-tag:country:US", "country=US")]
    [InlineData("asset-tag:country:US;state:CA", "country=US state=CA")]
    [InlineData("asset-tag:country:US,state:CA", "country=US state=CA")]
    [InlineData("asset-tag:data-center:zone_1 north.a", "data-center=zone_1 north.a")]
    public void Asset_tags_bind_whatever_is_in_them(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Read(text).AssetTags.Select(t => $"{t.Key}={t.Value}")));

    [Theory]
    [InlineData("enabled", "'enabled' is not known")]
    [InlineData("team-a", "'team-a' is not known")]
    [InlineData("anything", "'anything' is not known")]
    [InlineData("ANY", "'ANY' is not known")]
    [InlineData(" any", "' any' is not known")]
    [InlineData("asset-tags:country:US", "'asset-tags:country:US' is not known")]
    [InlineData("country:US", "'country:US' is not known")]
    [InlineData("keyid", "'keyid' is not known")]
    [InlineData("keyid:team-a", "'keyid:team-a' is not known")]
    [InlineData("keyid=", "keyid= has no value")]
    [InlineData("=x", "'=x' is not of the form NAME=VALUE")]
    [InlineData("keyid=a::", "'' is not of the form NAME=VALUE")]
    [InlineData("::keyid=a", "'' is not of the form NAME=VALUE")]
    [InlineData("keyid=a::any", "'any' is not of the form NAME=VALUE")]
    [InlineData("keyid=a::keyid=a", "keyid= stands twice")]
    [InlineData("KeyId=a", "'KeyId=' is not known")]
    [InlineData("keyid= a", "spaces around it")]
    [InlineData("keyid=a\nb", "control characters")]
    [InlineData("kid=a", "the parameter 'kid=' is not known; known are keyid=, keypath=, algorithm= and sample=")]
    [InlineData("keyid=a::tag=b", "'tag=' is not known")]
    [InlineData("algorithm=A256CTR", "algorithm=A256CTR is not offered")]
    [InlineData("algorithm=a256gcm", "algorithm=a256gcm is not offered")]
    [InlineData("sample=yes", "sample=yes is neither true nor false")]
    [InlineData("sample=True", "sample=True is neither true nor false")]
    [InlineData("sample=true::keyid=a", "sample=true and another key")]
    [InlineData("sample=true::keypath=a", "sample=true and another key")]
    [InlineData("key-id:", "key-id: is not a UUID")]
    [InlineData("key-id:team-a", "key-id:team-a is not a UUID")]
    [InlineData("key-id:{0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c}", "is not a UUID")]
    [InlineData("asset-tag:", "the asset tag '' is not of the form NAME:VALUE")]
    [InlineData("asset-tag:country", "the asset tag 'country' is not of the form")]
    [InlineData("asset-tag:country:", "the asset tag 'country:' is not of the form")]
    [InlineData("asset-tag::US", "the asset tag ':US' is not of the form")]
    [InlineData("asset-tag:a:b:c", "the asset tag 'a:b:c' is not of the form")]
    [InlineData("asset-tag:a:b;", "the asset tag '' is not of the form")]
    [InlineData("asset-tag:a:b; c:d", "the asset tag ' c:d' is not of the form")]
    [InlineData("asset-tag:a:b;a:c", "the asset tag 'a' stands twice")]
    [InlineData("asset-tag:a\u0001:b", "the asset tag 'a?:b' is not of the form")]
    public void Nothing_unknown_or_malformed_becomes_an_unrestricted_key(string text, string expected)
    {
        var failure = Assert.Throws<KeyProviderException>(() => Read(text));

        Assert.Equal(FailureReason.BadRequest, failure.Reason);
        Assert.StartsWith("provider 'coffer': ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sockets_caller_may_not_name_files()
    {
        var failure = Assert.Throws<KeyProviderException>(() => Read("keyid=a::keypath=/etc/shadow", new KeyProviderOptions { AllowSampleKey = true }));

        Assert.Equal((FailureReason.Denied, Oci.ExitStatus.Denied), (failure.Reason, failure.ExitStatus));
        Assert.Contains("keypath= is not allowed over a socket", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sample_key_is_for_those_who_said_insecure()
    {
        var failure = Assert.Throws<KeyProviderException>(() => Read("sample=true", new KeyProviderOptions { AllowKeyFile = true }));

        Assert.Equal(FailureReason.Denied, failure.Reason);
        Assert.Contains("--insecure-allow-sample-key", failure.Hint, StringComparison.Ordinal);
        Assert.True(Read("sample=true").UseSampleKey);
    }

    [Fact]
    public void The_same_value_twice_counts_once_and_different_ones_are_an_error()
    {
        Assert.Equal("a", ParameterReader.Read("coffer", [Utf8("keyid=a"), Utf8("keyid=a")], Everything).KeyId);
        Assert.Null(ParameterReader.Read("coffer", [], Everything).KeyId);
        Assert.Null(ParameterReader.Read("coffer", [Utf8(""), Utf8("Enabled")], Everything).KeyId);

        var failure = Assert.Throws<KeyProviderException>(() => ParameterReader.Read("coffer", [Utf8("keyid=a"), Utf8("keyid=b")], Everything));
        Assert.Contains("'keyid=a' and 'keyid=b'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_are_bounded_and_have_to_be_text()
    {
        Assert.Contains("8193 bytes", Assert.Throws<KeyProviderException>(() => Read(new string('a', 8193))).Message, StringComparison.Ordinal);
        Assert.Contains("not UTF-8", Assert.Throws<KeyProviderException>(() => ParameterReader.Read("coffer", [[0xff, 0xfe]], Everything)).Message, StringComparison.Ordinal);
        Assert.Contains("65 asset tags", Assert.Throws<KeyProviderException>(() => Read("asset-tag:" + string.Join(';', Enumerable.Range(0, 65).Select(i => $"a{i}:b")))).Message, StringComparison.Ordinal);
    }

    private static KeySelection Read(string text, KeyProviderOptions? options = null) => ParameterReader.Read("coffer", [Utf8(text)], options ?? Everything);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
