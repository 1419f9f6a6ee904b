using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Tests.Protocol;

public sealed class CanonicalJsonTests
{
    [Fact]
    public void An_object_that_another_implementation_hashed_hashes_to_the_same()
    {
        var digest = SHA384.HashData(CanonicalJson.Write(FactKeys.Json("""{"b":1,"a":"test","c":{"d":"e"}}""")));
        Assert.Equal("e71ce8e70d814ba6639c3612ebee0ff1f76f650f8dbb5e47157e0f3f525cd22c4597480a186427c813ca941da78870c3", Convert.ToHexStringLower(digest));
    }

    [Theory]
    [InlineData("""{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}""", "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}")] // RFC 8785 section 3.2.3
    [InlineData("""{ "a" : [ 1 , true , null , "x" ] }""", """{"a":[1,true,null,"x"]}""")]
    [InlineData("""["\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"]""", """["€$\u000f\nA'B\"\\\\\"/"]""")] // RFC 8785 section 3.2.2
    [InlineData("[\"+<>&\u2028\"]", "[\"+<>&\u2028\"]")]
    [InlineData("[\"\\b\\t\\f\\u007f\"]", "[\"\\b\\t\\f\u007f\"]")]
    public void The_form_is_that_of_RFC_8785(string json, string canonical) =>
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalJson.Write(FactKeys.Json(json))));

    [Theory] // RFC 8785 appendix B, and the edges of its layout
    [InlineData("0000000000000000", "0")]
    [InlineData("8000000000000000", "0")]
    [InlineData("0000000000000001", "5e-324")]
    [InlineData("8000000000000001", "-5e-324")]
    [InlineData("7fefffffffffffff", "1.7976931348623157e+308")]
    [InlineData("4340000000000000", "9007199254740992")]
    [InlineData("c340000000000000", "-9007199254740992")]
    [InlineData("4430000000000000", "295147905179352830000")]
    [InlineData("44b52d02c7e14af5", "9.999999999999997e+22")]
    [InlineData("44b52d02c7e14af6", "1e+23")]
    [InlineData("44b52d02c7e14af7", "1.0000000000000001e+23")]
    [InlineData("444b1ae4d6e2ef4e", "999999999999999700000")]
    [InlineData("444b1ae4d6e2ef4f", "999999999999999900000")]
    [InlineData("444b1ae4d6e2ef50", "1e+21")]
    [InlineData("3eb0c6f7a0b5ed8c", "9.999999999999997e-7")]
    [InlineData("3eb0c6f7a0b5ed8d", "0.000001")]
    [InlineData("41b3de4355555553", "333333333.3333332")]
    [InlineData("41b3de4355555557", "333333333.33333343")]
    [InlineData("becbf647612f3696", "-0.0000033333333333333333")]
    [InlineData("43143ff3c1cb0959", "1424953923781206.2")]
    public void Numbers_are_written_as_ECMAScript_writes_them(string bits, string expected) =>
        Assert.Equal(expected, CanonicalNumber.Write(BitConverter.UInt64BitsToDouble(Convert.ToUInt64(bits, 16))));

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""["\ud800"]""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("[1e999]")]
    public void What_has_no_canonical_form_is_refused(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(AttestationFault.Malformed, Assert.Throws<AttestationException>(() => CanonicalJson.Write(document.RootElement)).Fault);
    }
}
