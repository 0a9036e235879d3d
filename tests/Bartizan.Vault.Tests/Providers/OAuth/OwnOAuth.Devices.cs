using System.Collections.Specialized;
using System.Text.Json.Nodes;
using Bartizan.Vault.Tests.Providers.Hashi;

namespace Bartizan.Vault.Tests.Providers.OAuth;

/// <content>A person's sign-in on another device.</content>
internal sealed partial class OwnOAuth
{
    private readonly Dictionary<string, string> _devices = new(StringComparer.Ordinal);

    /// <summary>What polls are answered with before the person has done anything: one after the other.</summary>
    public Queue<string> Polls { get; } = new();

    public int Interval { get; set; } = 5;

    public TimeSpan DeviceTtl { get; set; } = TimeSpan.FromMinutes(5);

    private OwnReply BeginDevice(NameValueCollection form)
    {
        var code = OwnWire.Drawn();
        _devices[code] = form["scope"] ?? "";
        return OwnReply.Of(
            new JsonObject
            {
                ["device_code"] = code,
                ["user_code"] = "WDJB-MJHT",
                ["verification_uri"] = $"{Wire.Origin}/verify",
                ["verification_uri_complete"] = $"{Wire.Origin}/verify?user_code=WDJB-MJHT",
                ["expires_in"] = (long)DeviceTtl.TotalSeconds,
                ["interval"] = Interval,
            }
        );
    }

    private OwnReply Device(NameValueCollection form)
    {
        if (!_devices.TryGetValue(form["device_code"] ?? "", out var scope))
        {
            return No(400, "invalid_grant");
        }

        return Polls.TryDequeue(out var word)
            ? No(400, word)
            : Give(OwnWire.Drawn(), scope, null, Consent(scope.Length == 0 ? "orders.read" : scope));
    }
}
