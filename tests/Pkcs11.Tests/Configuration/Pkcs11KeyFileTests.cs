using CsCheck;
using Coffer.Pkcs11.Configuration;

namespace Coffer.Pkcs11.Tests.Configuration;

public sealed class Pkcs11KeyFileTests
{
    [Fact]
    public void The_yaml_form_gives_uri_and_environment()
    {
        using var file = Pkcs11KeyFile.Parse("""
            # a key in a token
            pkcs11:
              uri: pkcs11:token=t;object=k;id=%01?pin-value=1&module-name=softhsm2
            module:
              env:
                SOFTHSM2_CONF: /etc/softhsm2.conf
                COUNT: 5
            ignored: [1, {a: b}]
            """, "key.yaml");
        Assert.Equal("k", file.Uri.Object);
        Assert.Equal("/etc/softhsm2.conf", file.Environment["SOFTHSM2_CONF"]);
        Assert.Equal("5", file.Environment["COUNT"]);
        Assert.Equal(2, file.Environment.Count);
    }

    [Theory]
    [InlineData("pkcs11:object=k?module-name=m")]
    [InlineData("  pkcs11:object=k?module-name=m\n")]
    [InlineData("{\"pkcs11\": {\"uri\": \"pkcs11:object=k?module-name=m\"}}")]
    [InlineData("pkcs11: { uri: \"pkcs11:object=k?module-name=m\" }\nmodule:\n")]
    public void A_bare_uri_json_and_an_empty_module_are_read_too(string text)
    {
        Assert.True(Pkcs11KeyFile.LooksLikeOne(text.TrimStart()));
        using var file = Pkcs11KeyFile.Parse(System.Text.Encoding.UTF8.GetBytes(text), "key.yaml");
        Assert.Equal("k", file.Uri.Object);
        Assert.Empty(file.Environment);
    }

    [Theory]
    [InlineData("", "no pkcs11.uri")]
    [InlineData("# nothing\n", "no pkcs11.uri")]
    [InlineData("hello", "not a map")]
    [InlineData("pkcs11: hello", "not a map")]
    [InlineData("pkcs11:\n  - uri: pkcs11:object=k", "not a map")]
    [InlineData("pkcs11: {uri: 'pkcs11:token=t'}", "does not name a key")]
    [InlineData("pkcs11: {uri: [a]}", "no pkcs11.uri")]
    [InlineData("pkcs11: {uri: 'pkcs11:object=k'}\npkcs11: {uri: 'pkcs11:object=j'}", "twice")]
    [InlineData("pkcs11: &a {uri: 'pkcs11:object=k'}", "anchors")]
    [InlineData("pkcs11: {uri: 'pkcs11:object=k'}\nmodule: *a", "key.yaml")]
    [InlineData("pkcs11: {uri: 'pkcs11:object=k'}\n---\na: b", "more than one")]
    [InlineData("pkcs11: {uri: 'pkcs11:object=k'\n", "not YAML")]
    [InlineData("pkcs11: {uri: 'pkcs11:object=k'}\nmodule: {env: {'A=B': c}}", "no environment variable's")]
    [InlineData("pkcs11: {uri: 'pkcs11:object=k'}\nmodule: {env: [A]}", "not a map of at most")]
    [InlineData("pkcs11: {uri: 'pkcs11:object=k'}\nmodule: {env: {A: [b]}}", "module.env.A")]
    [InlineData("? {a: b}\n: c", "where a name should be")]
    public void What_is_no_key_file_is_refused_with_a_reason(string text, string reason)
    {
        var error = Assert.Throws<Pkcs11Exception>(() => Pkcs11KeyFile.Parse(text, "key.yaml"));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("key.yaml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Size_depth_and_count_are_bounded()
    {
        Assert.Throws<Pkcs11Exception>(() => Pkcs11KeyFile.Parse(new string('#', YamlText.MaximumLength + 1), "k"));
        Assert.Throws<Pkcs11Exception>(() => Pkcs11KeyFile.Parse(new byte[YamlText.MaximumLength + 1], "k"));
        Assert.Throws<Pkcs11Exception>(() => Pkcs11KeyFile.Parse("a: " + new string('[', 30_000), "k"));
        Assert.Throws<Pkcs11Exception>(() => Pkcs11KeyFile.Parse("a: [" + string.Concat(Enumerable.Repeat("1,", 3000)) + "]", "k"));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused() =>
        Assert.Contains("not UTF-8", Assert.Throws<Pkcs11Exception>(() => Pkcs11KeyFile.Parse([0xff, 0xfe], "k")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_broken_file_is_reported_without_quoting_the_pin()
    {
        var error = Assert.Throws<Pkcs11Exception>(() => Pkcs11KeyFile.Parse("pkcs11: {uri: \"pkcs11:object=k?pin-value=s3cret\" @}", "k"));
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_the_documented_exception()
    {
        string[] pieces = ["pkcs11", ":", " ", "\n", "\n  ", "uri", "{", "}", "[", "]", "-", "&a", "*a", "!!str", "'", "\"", "|", ">", "%", "---", "...", "\t", "pkcs11:object=k", "module", "env", "?", "\0", "é", ","];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 20].Sample(parts =>
        {
            try
            {
                Pkcs11KeyFile.Parse(string.Concat(parts), "k").Dispose();
            }
            catch (Pkcs11Exception)
            {
                // the documented one
            }
        }, iter: 20_000);
    }
}
