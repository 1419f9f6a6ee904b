using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Modules;
using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Keys;

/// <summary>The object that a key file means, found in an open session. Disposing it closes session and module lease.</summary>
internal sealed class TokenObject : IDisposable
{
    private TokenObject(ModuleLease module, TokenSession session, nuint handle) => (Module, Session, Handle) = (module, session, handle);

    public ModuleLease Module { get; }

    public TokenSession Session { get; }

    public nuint Handle { get; }

    /// <param name="keyFile">Module, token, PIN and name of the object.</param>
    /// <param name="config">Which modules may be loaded.</param>
    /// <param name="objectClass">CKO_PUBLIC_KEY, CKO_PRIVATE_KEY or CKO_SECRET_KEY; the URI's type is not asked, as ocicrypt
    /// uses one URI for both halves of a pair.</param>
    public static TokenObject Open(Pkcs11KeyFile keyFile, OcicryptConfig config, nuint objectClass)
    {
        var uri = keyFile.Uri;
        if (uri.Type is "cert" or "data")
            throw new Pkcs11Exception($"{uri} means a certificate or data, not a key", "leave type out, or write type=private");
        var module = ModuleRegistry.Acquire(ModuleSearch.Find(uri, config), keyFile.Environment);
        TokenSession? session = null;
        try
        {
            var token = TokenSlot.Find(module, uri);
            session = new TokenSession(module, token);
            TokenLogin.Login(session, module, token, uri, required: objectClass != Ck.PublicKeyClass);
            return new TokenObject(module, session, FindOne(session, uri, objectClass));
        }
        catch
        {
            session?.Dispose();
            module.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Session.Dispose();
        Module.Dispose();
    }

    private static nuint FindOne(TokenSession session, Pkcs11Uri uri, nuint objectClass)
    {
        using var template = new AttributeTemplate().Add(Ck.AttributeClass, objectClass);
        if (objectClass is Ck.PublicKeyClass or Ck.PrivateKeyClass)
            template.Add(Ck.AttributeKeyType, Ck.RsaKeyType);
        else
            template.Add(Ck.AttributeKeyType, Ck.AesKeyType);
        if (uri.Object is { } label)
            template.Add(Ck.AttributeLabel, System.Text.Encoding.UTF8.GetBytes(label));
        if (uri.Id is { } id)
            template.Add(Ck.AttributeId, id.Span);
        var found = session.Find(template, 16);
        var kind = objectClass switch
        {
            Ck.PublicKeyClass => "RSA public key",
            Ck.PrivateKeyClass => "RSA private key",
            _ => "AES key",
        };
        return found.Count switch
        {
            1 => found[0],
            0 => throw new Pkcs11Exception($"the token holds no {kind} that matches {uri}",
                "list its objects with 'pkcs11-tool --module MODULE --login -O'; object is the label, id the ID in hexadecimal (id=%01)"),
            _ => throw new Pkcs11Exception($"the token holds {found.Count} or more objects ({kind}) that match {uri}", "name both object and id in the URI"),
        };
    }
}
