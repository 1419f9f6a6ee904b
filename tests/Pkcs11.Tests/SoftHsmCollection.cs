using System.Security.Cryptography;
using Coffer.Pkcs11.Configuration;
using Coffer.Support;

namespace Coffer.Pkcs11.Tests;

/// <summary>One token for all tests that need a module: a process can use softhsm2 with one configuration at a time.</summary>
[CollectionDefinition(Name)]
public sealed class SoftHsmCollection : ICollectionFixture<SoftHsmFixture>
{
    public const string Name = "softhsm2";
}

/// <summary>Made by the first test that asks, so that a missing softhsm2 skips tests instead of breaking them.</summary>
public sealed class SoftHsmFixture : IDisposable
{
    private Task<SoftHsmToken>? _token;

    public Task<SoftHsmToken> TokenAsync() => _token ??= MakeAsync();

    internal static OcicryptConfig Allowed(SoftHsmToken token) =>
        OcicryptConfig.Parse($"pkcs11:\n  allowed-module-paths: [{token.ModulePath}]\n  module-directories: [{Path.GetDirectoryName(token.ModulePath)}]\n", "test.conf");

    internal static async Task<RSA> PublicAsync(SoftHsmToken token, string id)
    {
        var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(await token.ReadPublicKeyAsync(id), out _);
        return rsa;
    }

    public void Dispose()
    {
        if (_token is { IsCompletedSuccessfully: true } made)
            made.Result.Dispose();
    }

    private static async Task<SoftHsmToken> MakeAsync()
    {
        var token = await SoftHsmToken.CreateAsync("coffer; test/é");
        await token.GenerateRsaAsync("small", "01", 2048);
        await token.GenerateRsaAsync("large key", "02ff", 3072);
        await token.GenerateRsaAsync("twin", "03", 2048);
        await token.GenerateRsaAsync("twin", "04", 2048);
        return token;
    }
}
