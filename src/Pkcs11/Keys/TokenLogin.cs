using Coffer.Pkcs11.Modules;
using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Keys;

/// <summary>Logs a session in with the PIN of a URI, without ever sending a token the same wrong PIN twice.</summary>
internal static class TokenLogin
{
    // "required": whether the operation needs the user; reading public objects usually does not.
    public static void Login(TokenSession session, ModuleLease module, TokenSlot token, Pkcs11Uri uri, bool required)
    {
        using var pin = Pkcs11Pin.Read(uri);
        if (pin is null)
        {
            if (!required || !token.Has(Ck.TokenLoginRequired))
                return;
            if (!token.Has(Ck.TokenProtectedAuthenticationPath))
            {
                throw new Pkcs11Exception($"the token '{token.Label}' wants a PIN and the pkcs11 URI has none",
                    "add pin-source=/path/of/a/file or pin-value=... after the URI's question mark");
            }
            session.Login([]); // the device has its own keypad
            return;
        }
        if (token.Has(Ck.TokenUserPinLocked))
            throw new Pkcs11Exception($"the user PIN of the token '{token.Label}' is locked", "the token's security officer must reset it");
        if (RefusedPins.Contains(module.Path, token, pin.Value))
        {
            throw new Pkcs11Exception($"the token '{token.Label}' has just refused this PIN, so it is not tried again",
                ReturnValue.Advice(ReturnValue.PinIncorrect), ReturnValue.PinIncorrect);
        }
        try
        {
            session.Login(pin.Value);
        }
        catch (Pkcs11Exception e) when (e.ReturnValue == ReturnValue.PinIncorrect)
        {
            RefusedPins.Add(module.Path, token, pin.Value);
            var last = token.Has(Ck.TokenUserPinFinalTry) ? "; that was the last try, the token may now be locked" : "";
            throw new Pkcs11Exception($"the token '{token.Label}' refuses the PIN (CKR_PIN_INCORRECT){last}", e.Hint, ReturnValue.PinIncorrect);
        }
    }
}
