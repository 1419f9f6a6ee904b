using System.Security.Cryptography;
using System.Text;
using Coffer.Attestation.Protocol;

namespace Coffer.Attestation.Tests.Protocol;

public sealed class ReportDataTests
{
    [Theory]
    [InlineData("", "046eee78a7edbe59d376348fc5b1f8661f2ee860df98b545e29030aa15574a9d6278d562119cde3c7b33fbcc42eeecc7")]
    [InlineData("""{"nvidia":{"a":1}}""", "2017460193d8403df8e938201e711daca2a5fb2510b6fb93531b46e8fc85f10271ff812d5d07d32af3eafa455dd74b77")]
    public void The_digest_is_the_one_that_other_implementations_compute(string additional, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(ReportData.Compute(KbsVersion.V040, FactKeys.Nonce, FactKeys.Public(FactKeys.P256), additional)));

    [Theory]
    [InlineData(KbsVersion.V010)]
    [InlineData(KbsVersion.V011)]
    [InlineData(KbsVersion.V020)]
    public void Before_0_4_0_the_digest_is_that_of_the_device_form_and_knows_no_additional_evidence(KbsVersion version)
    {
        const string expected = "3f26f5edd2a56feeeb0c0edbf4e385dab3391615e2c6f7fce1a524b2573d4d5e9c8eedcae7c8a53eeeaed241e9bbd6f5";
        Assert.Equal(expected, Convert.ToHexStringLower(ReportData.Compute(version, FactKeys.Nonce, FactKeys.Public(FactKeys.P256), "ignored")));
        Assert.Equal(expected, Convert.ToHexStringLower(ReportData.ComputeForDevice(FactKeys.Nonce, FactKeys.Public(FactKeys.P256))));
    }

    [Fact]
    public void A_nonce_with_a_plus_sign_is_hashed_as_it_is()
    {
        var key = FactKeys.Public(FactKeys.P256);
        var text = $$"""{"additional-evidence":"","nonce":"+/+/","tee-pubkey":{{key.Canonical}}}""";
        Assert.Equal(SHA384.HashData(Encoding.UTF8.GetBytes(text)), ReportData.Compute(KbsVersion.V040, "+/+/", key));
    }
}
