namespace Bartizan.Control.People;

/// <summary>
/// What changes when somebody else changes an account: taken away and made again it is another, and so it is with other roles or set up
/// anew. What its person does by themselves, such as signing in, changes nothing of it.
/// </summary>
/// <param name="Since">When it was made.</param>
/// <param name="Generation">How often it was set up anew.</param>
/// <param name="Powers">What its person may do.</param>
public sealed record AccountMark(DateTimeOffset Since, long Generation, string Powers)
{
    /// <summary>That of an account; null where there is none.</summary>
    public static AccountMark? Of(AccountBook book, string name)
    {
        ArgumentNullException.ThrowIfNull(book);
        return book.Find(name) is { } one
            ? new AccountMark(one.Since, one.Generation, string.Join("; ", one.Powers()))
            : null;
    }
}
