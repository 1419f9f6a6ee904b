using System.Text;
using CsCheck;

namespace Coffer.Pkcs11.Tests;

public sealed class Pkcs11UriTests
{
    [Fact]
    public void Path_and_query_are_read_and_percent_decoded()
    {
        using var uri = Pkcs11Uri.Parse(
            "pkcs11:token=The%20Software%20PKCS%2311%20softtoken;manufacturer=Snake%20Oil,%20Inc.;object=my-cert;id=%69%95%3e%00;slot-id=7;type=private"
            + "?module-name=softhsm2&pin-source=/etc/token_pin");
        Assert.Equal("The Software PKCS#11 softtoken", uri.Token);
        Assert.Equal("Snake Oil, Inc.", uri.Manufacturer);
        Assert.Equal("my-cert", uri.Object);
        Assert.Equal([0x69, 0x95, 0x3e, 0x00], uri.Id!.Value.ToArray());
        Assert.Equal(7u, uri.SlotId);
        Assert.Equal("softhsm2", uri.ModuleName);
        Assert.Equal("/etc/token_pin", uri.PinSource);
        Assert.True(uri.HasPin);
        Assert.Null(uri.Serial);
    }

    [Fact]
    public void A_plus_sign_equals_signs_and_question_marks_in_values_stand_for_themselves()
    {
        using var uri = Pkcs11Uri.Parse("pkcs11:object=a+b=c?pin-value=1+2?3=4|/5");
        Assert.Equal("a+b=c", uri.Object);
        using var pin = Pkcs11Pin.Read(uri);
        Assert.Equal("1+2?3=4|/5", Encoding.UTF8.GetString(pin!.Value));
    }

    [Fact]
    public void The_printed_form_has_no_pin_and_disposing_clears_it()
    {
        using var uri = Pkcs11Uri.Parse("pkcs11:token=t;id=%01?pin-value=s3cret&module-name=softhsm2");
        Assert.Equal("pkcs11:token=t;id=%01?module-name=softhsm2", uri.ToString());
        uri.Dispose();
        using var pin = Pkcs11Pin.Read(uri);
        Assert.All(pin!.Value.ToArray(), b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData("", "starts with 'pkcs11:'")]
    [InlineData("http://x", "starts with 'pkcs11:'")]
    [InlineData("pkcs11:token", "not NAME=VALUE")]
    [InlineData("pkcs11:=x", "not NAME=VALUE")]
    [InlineData("pkcs11:token=a;", "not NAME=VALUE")]
    [InlineData("pkcs11:token=a;token=b", "names 'token' twice")]
    [InlineData("pkcs11:object=a?pin-value=1&pin-value=2", "names 'pin-value' twice")]
    [InlineData("pkcs11:object=%4", "percent sign")]
    [InlineData("pkcs11:object=%zz", "percent sign")]
    [InlineData("pkcs11:object=%", "percent sign")]
    [InlineData("pkcs11:object=a b", "blank or control character")]
    [InlineData("pkcs11:object=%ff%fe", "not UTF-8")]
    [InlineData("pkcs11:slot-id=-1", "slot-id")]
    [InlineData("pkcs11:slot-id=4294967296", "slot-id")]
    [InlineData("pkcs11:slot-id=0x1", "slot-id")]
    [InlineData("pkcs11:type=key", "type")]
    [InlineData("pkcs11:library-version=1.2.3", "library-version")]
    [InlineData("pkcs11:color=red", "'color', which is not understood")]
    [InlineData("pkcs11:to\u0001ken=red", "malformed")]
    [InlineData("pkcs11:object=a?pin-value=1&pin-source=/x", "both pin-value and pin-source")]
    [InlineData("pkcs11:object=a?module-path=lib/x.so", "not an absolute path")]
    [InlineData("pkcs11:object=a?module-name=../x", "slash")]
    [InlineData("pkcs11:object=a?module-name=", "empty")]
    public void What_is_malformed_is_refused_with_a_reason(string text, string reason)
    {
        var error = Assert.Throws<Pkcs11Exception>(() => Pkcs11Uri.Parse(text));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_query_says_beyond_the_standard_is_ignored()
    {
        using var uri = Pkcs11Uri.Parse("pkcs11:object=a?x-vendor=1&pin-value=2");
        Assert.Equal("a", uri.Object);
    }

    [Fact]
    public void Length_and_number_of_attributes_are_bounded()
    {
        Assert.Throws<Pkcs11Exception>(() => Pkcs11Uri.Parse("pkcs11:object=" + new string('a', Pkcs11Uri.MaximumLength)));
        Assert.Throws<Pkcs11Exception>(() => Pkcs11Uri.Parse("pkcs11:?" + string.Join('&', Enumerable.Range(0, 65).Select(i => $"x{i}=1"))));
    }

    [Fact]
    public void Whatever_is_printed_is_read_back()
    {
        var text = Gen.String[0, 20].Where(s => !s.Any(char.IsSurrogate));
        Gen.Select(text, text, Gen.Byte.Array[0, 12], Gen.UInt, Gen.Bool).Sample((token, label, id, slot, some) =>
        {
            using var uri = Pkcs11Uri.Parse($"pkcs11:token={Escape(token)};object={Escape(label)};id={Pkcs11UriAttributes.EscapeAll(id)}"
                + (some ? $";slot-id={slot}?module-name=a" : ""));
            using var again = Pkcs11Uri.Parse(uri.ToString());
            return uri.Token == token && again.Token == token && again.Object == label && again.Id!.Value.Span.SequenceEqual(id)
                && again.SlotId == (some ? slot : null) && again.ToString() == uri.ToString();
        });
        static string Escape(string value) => Pkcs11UriAttributes.Escape(Encoding.UTF8.GetBytes(value));
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_the_documented_exception()
    {
        string[] pieces = ["pkcs11:", "token=", ";", "?", "&", "%", "%41", "=", "pin-value=", "id=", "slot-id=", "9", "é", "\0", "\ud800", "type=", "private"];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 12].Sample(parts =>
        {
            try
            {
                Pkcs11Uri.Parse("pkcs11:" + string.Concat(parts)).Dispose();
            }
            catch (Pkcs11Exception)
            {
                // the documented one
            }
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("1234\n", "1234")]
    [InlineData("1234\r\n", "1234")]
    [InlineData("1234\n\n", "1234\n")]
    [InlineData(" 12 34 ", " 12 34 ")]
    [InlineData("\n", "")]
    [InlineData("", "")]
    public void One_trailing_newline_of_a_pin_file_is_trimmed(string content, string pin)
    {
        using var folder = new Coffer.Support.TempDirectory();
        var path = folder.Write("pin", content);
        foreach (var source in new[] { path, "file:" + path, "file://" + path })
        {
            using var uri = Pkcs11Uri.Parse($"pkcs11:object=a?pin-source={source}");
            using var read = Pkcs11Pin.Read(uri);
            Assert.Equal(pin, Encoding.UTF8.GetString(read!.Value));
        }
    }

    [Theory]
    [InlineData("relative/pin", "neither an absolute path nor a file: URI")]
    [InlineData("|/bin/cat", "neither an absolute path nor a file: URI")]
    [InlineData("http://registry.example/pin", "neither an absolute path nor a file: URI")]
    [InlineData("file://elsewhere/pin", "neither an absolute path nor a file: URI")]
    [InlineData("/nonexistent/pin", "cannot be read")]
    [InlineData("/dev/zero", "longer than 1024 bytes")]
    public void A_pin_source_that_is_no_readable_file_is_refused(string source, string reason)
    {
        using var uri = Pkcs11Uri.Parse($"pkcs11:object=a?pin-source={source}");
        Assert.Contains(reason, Assert.Throws<Pkcs11Exception>(() => Pkcs11Pin.Read(uri)).Message, StringComparison.Ordinal);
    }
}
