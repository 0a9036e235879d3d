using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Redactions;

/// <summary>How often what kind of thing was found in one request, and how sure the guards are of it; never the things.</summary>
internal sealed class RedactionCount
{
    private readonly Dictionary<string, double> _scores = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Guard, string Kind), int> _kinds = [];

    /// <summary>True when something couldn't be taken out.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Takes what was found, and counts it where it stays.</summary>
    public void Found(string guard, string kind, double confidence, bool isCounted)
    {
        _scores[guard] = Math.Max(confidence, _scores.GetValueOrDefault(guard));
        if (isCounted && confidence >= ContentGuard.SensitiveThreshold)
        {
            _kinds[(guard, kind)] = _kinds.GetValueOrDefault((guard, kind)) + 1;
        }
    }

    /// <summary>Counts what was taken out. What only looked like a placeholder is nobody's finding.</summary>
    public void Took(string guard, string kind)
    {
        if (kind != PlaceholderForm.Literal)
        {
            Found(guard, kind, ContentGuard.SensitiveThreshold, isCounted: true);
        }
    }

    /// <summary>Writes down what it came to. What was taken out passes.</summary>
    public void Judge(Verdicts verdicts, GuardTerms terms)
    {
        Judge(verdicts, "personal_data", SensitiveGuard.Version, terms.PersonalDataToModel);
        Judge(verdicts, "secrets", SensitiveGuard.Version, terms.SecretsToModel);
        Judge(verdicts, "internals", InternalScan.Version, terms.InternalsToModel);
    }

    private void Judge(Verdicts verdicts, string guard, string version, GuardAction? action)
    {
        if (action is not { } done)
        {
            return;
        }

        var found = _kinds
            .Where(one => one.Key.Guard == guard)
            .OrderByDescending(one => one.Value)
            .ThenBy(one => one.Key.Kind, StringComparer.Ordinal)
            .Select(one => new ContentFinding(
                guard,
                $"{one.Value} {one.Key.Kind}",
                0,
                0,
                FindingSeverity.Medium,
                _scores[guard]
            ));
        verdicts.Add(
            $"{guard}/{version} to model",
            _scores.GetValueOrDefault(guard),
            ContentGuard.SensitiveThreshold,
            done,
            found,
            isRedacted: !IsLeft
        );
    }
}
