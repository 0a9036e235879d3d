namespace Bartizan.Guards.Sensitive.Names;

/// <summary>Reads what stands before a name.</summary>
internal static class NameContexts
{
    /// <summary>The longest label, without its gaps.</summary>
    private const int MaxLabel = 24;

    private static readonly WordList _greetings = new(
        "dear hi hello hey liebe lieber hallo bonjour cher chere chère hola estimado estimada querido ciao caro cara regards sincerely cheers "
            + "yours gruß grüße grüßen"
    );

    private static readonly WordList _likely = new(
        "name contact customer client patient author guest recipient sender from to cc owner employee applicant passenger signed attn reporter "
            + "assignee tenant payee payer kontakt kunde kundin patientin absender nom nombre nome naam"
    );

    private static readonly WordList _sure = new(
        "fullname firstname lastname surname forename givenname familyname middlename maidenname customername clientname patientname guestname "
            + "passengername cardholder cardholdername accountholder accountholdername contactname employeename recipientname sendername "
            + "personname beneficiary beneficiaryname vorname nachname prenom prénom apellido apellidos cognome achternaam voornaam"
    );

    private static readonly string[] _sentences =
    [
        "my name is ",
        "mein name ist ",
        "ich heiße ",
        "je m'appelle ",
        "me llamo ",
        "mi chiamo ",
    ];

    /// <summary>False where nothing before a place can say that a word nobody knows is a name: most places, at little cost.</summary>
    public static bool MayBe(ReadOnlySpan<char> text, int start)
    {
        if (start < 2)
        {
            return false;
        }

        // The last letters of the sentences, and the signs after a label.
        var (before, last) = (text[start - 1], text[start - 2]);
        return before is ':' or '=' or '>' or '|' or '"' or '\'' or '\t'
            || (before == ' ' && last is ':' or '=' or '>' or '|' or 's' or 't' or 'e' or 'o');
    }

    /// <summary>What the text before a place says of the word there.</summary>
    public static NameContext Before(ReadOnlySpan<char> text, int start)
    {
        var end = LabelBefore.Signs(text, start, ":=>|", ".!?;)]}", out var isLabel);
        if (end < 0)
        {
            return NameContext.None;
        }

        // So is `first name`.
        Span<char> letters = stackalloc char[MaxLabel];
        var count = LabelBefore.Word(text, ref end, letters, 0);
        var last = letters[^count..];
        if (!isLabel)
        {
            return end == start ? NameContext.None
                : _greetings.Contains(last) ? NameContext.Likely
                : IsSentence(text[..start]) ? NameContext.Sure
                : NameContext.None;
        }

        var known =
            _sure.Contains(last) ? NameContext.Sure
            : _likely.Contains(last) ? NameContext.Likely
            : NameContext.None;
        if (known == NameContext.Sure || count == 0 || end == 0 || text[end - 1] != ' ')
        {
            return known;
        }

        end--;
        count += LabelBefore.Word(text, ref end, letters, count);
        return _sure.Contains(letters[^count..]) ? NameContext.Sure : known;
    }

    private static bool IsSentence(ReadOnlySpan<char> before)
    {
        // All of them end in a gap, one of three letters before it, and one of four before that.
        if (
            before.Length < 3
            || before[^1] != ' '
            || ((before[^2] | 0x20) is not ('s' or 'e' or 'o') && before[^2] < 128)
            || ((before[^3] | 0x20) is not ('i' or 'l' or 'm') && before[^3] < 128)
        )
        {
            return false;
        }

        foreach (var sentence in _sentences)
        {
            if (before.EndsWith(sentence, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
