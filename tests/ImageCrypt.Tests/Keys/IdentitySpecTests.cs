using Coffer.ImageCrypt.Keys;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Keys;

public sealed class IdentitySpecTests
{
    [Theory]
    [InlineData("key.pem", "key.pem", PasswordOrigin.None, null)]
    [InlineData("key.pem:secret", "key.pem", PasswordOrigin.Argument, "secret")]
    [InlineData("key.pem:pass=secret", "key.pem", PasswordOrigin.Argument, "secret")]
    [InlineData("key.pem:pass=se:cr:et", "key.pem", PasswordOrigin.Argument, "se:cr:et")]
    [InlineData("key.pem:pass=", "key.pem", PasswordOrigin.Argument, "")]
    [InlineData("key.pem:se:cret", "key.pem", PasswordOrigin.Argument, "se:cret")]
    [InlineData("key.pem:a,b", "key.pem", PasswordOrigin.Argument, "a,b")]
    [InlineData("key.pem:file=pw:1.txt", "key.pem", PasswordOrigin.File, "pw:1.txt")]
    [InlineData("key.pem:fd=7", "key.pem", PasswordOrigin.Descriptor, "7")]
    [InlineData("a:b.pem", "a:b.pem", PasswordOrigin.None, null)]
    [InlineData("a:b.pem:fd=0", "a:b.pem", PasswordOrigin.Descriptor, "0")]
    [InlineData("a:b.pem:pass=x:y", "a:b.pem", PasswordOrigin.Argument, "x:y")]
    [InlineData("a", "a", PasswordOrigin.None, null)]
    [InlineData("a:c.pem", "a", PasswordOrigin.Argument, "c.pem")]
    public void A_key_file_and_its_password_are_told_apart_by_what_exists(string text, string path, PasswordOrigin origin, string? password)
    {
        var spec = IdentitySpec.Parse(text, new HashSet<string> { "key.pem", "a", "a:b.pem" }.Contains);
        Assert.Equal(path, spec.Path);
        Assert.Equal(path, spec.Source);
        Assert.Equal(origin, spec.PasswordOrigin);
        Assert.Equal(password, spec.PasswordText);
        Assert.Equal(origin == PasswordOrigin.Argument, spec.SecretInArgument);
    }

    [Theory]
    [InlineData("provider:p", "p", null)]
    [InlineData("provider:p:", "p", "")]
    [InlineData("provider:p:a:b=c,d", "p", "a:b=c,d")]
    public void A_provider_keeps_its_parameters_verbatim(string text, string name, string? parameters)
    {
        var spec = IdentitySpec.Parse(text, _ => false);
        Assert.Equal(name, spec.ProviderName);
        Assert.Equal(parameters, spec.ProviderParameters);
        Assert.Equal("provider:" + name, spec.ToString());
        Assert.Null(spec.Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("provider:")]
    [InlineData("key.pem:")]
    [InlineData("key.pem:file=")]
    [InlineData("key.pem:fd=")]
    [InlineData("key.pem:fd=-1")]
    [InlineData("key.pem:fd=1x")]
    [InlineData("key.pem:fd=99999999999")]
    public void Wrong_usage_is_said_so(string text) =>
        Assert.Equal(ExitStatus.Usage, Assert.Throws<CofferException>(() => IdentitySpec.Parse(text, p => p == "key.pem")).ExitStatus);

    [Theory]
    [InlineData("missing.pem:hunter2")]
    [InlineData("missing.pem:pass=hunter2")]
    [InlineData("missing.pem:pass=a:hunter2")]
    [InlineData("a:missing.pem:pass=hunter2")]
    public void A_missing_file_is_named_without_the_password(string text)
    {
        var e = Assert.Throws<CofferException>(() => IdentitySpec.Parse(text, _ => false));
        Assert.DoesNotContain("hunter2", e.Message + e.Hint, StringComparison.Ordinal);
        Assert.Contains(text[..text.IndexOf(':', StringComparison.Ordinal)], e.Message, StringComparison.Ordinal);
    }
}
