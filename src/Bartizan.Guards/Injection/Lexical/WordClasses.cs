namespace Bartizan.Guards.Injection.Lexical;

/// <summary>
/// Classes of words that orders to a model are made of: what is left of them when the words are changed. A word may be in several.
/// Our own choice.
/// </summary>
internal static class WordClasses
{
    /// <summary>Begins a sentence, a line, a value.</summary>
    public const ulong First = 1ul << 0;

    /// <summary>A number.</summary>
    public const ulong Number = 1ul << 1;

    /// <summary>A web address.</summary>
    public const ulong Address = 1ul << 2;

    /// <summary>A mail address.</summary>
    public const ulong Mail = 1ul << 3;

    /// <summary>Letters and digits: a name that a machine gave.</summary>
    public const ulong Id = 1ul << 4;

    /// <summary>A mark that closes or opens a part: of a chat template, a tag, a rule of dashes.</summary>
    public const ulong Rule = 1ul << 5;

    /// <summary>Who speaks in a conversation with a model.</summary>
    public const ulong Speaker = 1ul << 6;

    private const int FirstListed = 6;
    private const int Slots = 4096;

    // Each line is a class, from Speaker on.
    private static readonly string[] _lists =
    [
        "system user assistant human ai bot admin developer instruction instructions",
        "ignore ignoring disregard disregarding forget override overrule bypass neglect skip abandon discard dismiss cancel stop "
            + "ignoriere ignorieren vergiss vergessen missachte ignorez ignorer oublie oubliez ignora ignore olvida olvide esqueça "
            + "esqueca dimentica ignorare negeer vergeet игнорируй игнорируйте забудь забудьте zignoruj ignoruj yoksay abaikan",
        "previous previously prior earlier above preceding former past foregoing original initial existing vorherigen vorherige "
            + "bisherigen bisherige obigen précédentes précédents précédente anteriores anterior previas previos precedenti "
            + "precedente eerdere vorige предыдущие предыдущих предыдущую прежние wcześniejsze poprzednie önceki sebelumnya",
        "instruction instructions rule rules prompt prompts guideline guidelines directive directives command commands order orders "
            + "policy policies constraint constraints restriction restrictions limitation limitations anweisung anweisungen regeln "
            + "consignes règles instrucciones instrucción indicaciones reglas istruzioni regole instruções regras instructies "
            + "инструкции инструкций правила указания instrukcje talimatları instruksi",
        "task tasks goal goals objective objectives request query question questions mission purpose job assignment context "
            + "aufgabe tâche tarea compito tarefa taak задача задание",
        "all any every everything entire whole each whatever anything alle alles toutes tous todas todos tutte tutti все",
        "before after once until while during upon when whenever prior midway finally afterwards afterward then bevor avant antes prima",
        "answer answering answers respond responding response responses reply replying summarize summarizing summarise summary solving "
            + "solve proceed proceeding continue continuing finalizing finishing completing complete generating generate output "
            + "outputting presenting delivering producing composing drafting antworte antworten réponds répondre responde responder "
            + "rispondi antwoord ответь ответьте",
        "send sending email mail forward forwarding share post publish upload submit transmit deliver message dm sms attach invite "
            + "sende schicke envoie envoyez envía envie invia stuur отправь отправьте",
        "transfer pay wire deposit withdraw refund purchase buy order donate payment charge überweise transfère transfiere paga",
        "delete remove erase wipe drop disable cancel revoke unlock unsubscribe uninstall destroy deactivate lösche supprime elimina",
        "run execute install download curl wget open click visit navigate call invoke launch follow use browse load import bash shell",
        "create add update change set reset modify edit append insert book reserve schedule grant assign enable register make save "
            + "write mark move rename copy approve increase configure setup turn play block",
        "get retrieve read search list find check access look fetch view collect gather extract identify review scan",
        "say tell print display show inform state announce include mention recommend repeat translate reveal disclose notify advise "
            + "embed weave refer encourage suggest alert warn confirm claim emphasize highlight acknowledge quote reproduce leak dump",
        "only just exactly simply solely strictly nothing immediately exclusively directly merely nur seulement solo sólo",
        "not dont don never without no nor cannot cant avoid refrain doesnt neither nicht kein pas sans sin nunca non senza",
        "user users human humans reader readers customer client person people anyone anybody someone operator owner nutzer benutzer "
            + "utilisateur usuario utente пользователю пользователь",
        "ai assistant assistants agent agents model models llm llms chatbot chatbots bot gpt chatgpt claude gemini copilot language "
            + "machine automated ki ia assistent asistente assistente",
        "you your yours yourself youre ur u du dein deine vous votre tu usted tus você voi ты вы",
        "i me my mine myself im ive ich mir mein je moi mon yo mi mis io eu meu",
        "please kindly must should shall need needs want required require requires supposed obliged bitte por favor merci пожалуйста",
        "important urgent attention critical warning notice note alert mandatory emergency priority immediate reminder override "
            + "announcement compliance protocol wichtig important importante atención achtung внимание",
        "act pretend roleplay role imagine persona character become simulate behave jailbreak jailbroken dan unrestricted unfiltered "
            + "uncensored mode god evil unlimited freedom hypothetical fictional scenario",
        "password passwords passphrase secret secrets credential credentials token tokens key keys api private confidential hidden "
            + "sensitive ssh env account bank iban card pin otp code personal passwort contraseña senha",
        "new now next real actual true current additional following instead updated latest different another first neue nouvelle nueva",
        "secretly silently quietly discreetly casually subtle subtly naturally asking confirmation permission knowing hide "
            + "politely briefly seamlessly covertly",
        "document text page content message website webpage article data tool tools conversation chat file files body snippet "
            + "description review passage input above below here information",
        "authorized authorised administrator admin developer owner manager boss ceo security team openai anthropic google microsoft "
            + "root sudo engineer official verified support department staff creator",
    ];

    private static readonly uint[] _words = new uint[Slots];
    private static readonly ulong[] _classes = Fill();

    /// <summary>The classes of a word, by its number.</summary>
    public static ulong Of(uint word)
    {
        for (var slot = Slot(word); _classes[slot] != 0; slot = (slot + 1) & (Slots - 1))
        {
            if (_words[slot] == word)
            {
                return _classes[slot];
            }
        }

        return 0;
    }

    private static uint Slot(uint word) => LexicalHash.Mix(word) & (Slots - 1);

    private static ulong[] Fill()
    {
        var classes = new ulong[Slots];
        for (var list = 0; list < _lists.Length; list++)
        {
            foreach (var word in _lists[list].Split(' '))
            {
                var hash = LexicalHash.Of(word);
                var slot = Slot(hash);
                while (classes[slot] != 0 && _words[slot] != hash)
                {
                    slot = (slot + 1) & (Slots - 1);
                }

                _words[slot] = hash;
                classes[slot] |= 1ul << (FirstListed + list);
            }
        }

        return classes;
    }
}
