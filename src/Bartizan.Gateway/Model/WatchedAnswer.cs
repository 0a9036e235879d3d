using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Model;

/// <summary>An answer that guards read along.</summary>
internal static class WatchedAnswer
{
    /// <summary>True when guards read this one.</summary>
    /// <exception cref="BrokenAnswerException">It is encoded, and they can't.</exception>
    public static bool Begin(Passage passage, HttpResponseMessage response)
    {
        var headers = response.Content.Headers.NonValidated;
        if (!passage.Watch(headers.TryGetValues("Content-Type", out var type) ? type.ToString() : ""))
        {
            return false;
        }

        var encoding = headers.TryGetValues("Content-Encoding", out var said) ? said.ToString() : "identity";
        return encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? true
            : throw new BrokenAnswerException("the upstream's answer is compressed, and the guards can't read it");
    }

    /// <summary>What a guard objected to isn't kept with its outcome.</summary>
    public static Outcome Told(Outcome outcome, Passage passage) =>
        passage.Objection is null ? outcome : outcome with { Payloads = [] };
}
