"""The passwords that are guessed first, in lower case, of eight characters and more."""

from __future__ import annotations

_LISTED = """
    00000000 000000000 0000000000 01234567 012345678 0123456789 09876543 0987654321 10203040 11111111 111111111
    1111111111 11112222 11223344 1122334455 112233445566 12121212 12123434 123123123 1231231234 123123456 12312312
    1234512345 12341234 123412345 12344321 12345678 123456789 1234567890 12345678910 1234567891 123456789a 123456789q
    12345678a 12345678q 1234567a 1234567q 1234567890q 1234554321 123454321 123456123 123456123456 123456654321
    1234567887654321 123456abc 123456qwerty 1234abcd 1234qwer 1234qwerty 123abc123 123qweasd 123qweasdzxc 123qwe123
    12qwaszx 13131313 13579246 135792468 147258369 147852369 1478963250 14789632 159357456 159753456 18273645
    1a2b3c4d 1a2b3c4d5e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qaz1qaz 20202020 21212121
    22222222 222222222 23456789 23232323 24682468 246813579 25802580 31415926 314159265 33333333 44444444 55555555
    555555555 56565656 65432100 66666666 666666666 69696969 74108520 77777777 777777777 78787878 7894561230 789456123
    78945612 78963214 87654321 88888888 888888888 963852741 987456321 9876543210 987654321 98765432 99999999 999999999
    a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 aa123456 aa12345678 aaaaaaaa aaaa1111 abc12345 abc123456
    abc1234567 abc123abc abcd1234 abcd12345 abcd123456 abcde123 abcde12345 abcdef12 abcdefgh abcdefg1 abcdefghi
    admin123 admin1234 admin12345 admin123456 adminadmin administrator adobe123 alexander alexandra america1 anderson
    angel123 anthony1 arsenal1 asd123456 asdasdasd asdf1234 asdf12345 asdfasdf asdfghjk asdfghjkl asdfjkl; asdzxc123
    ashley12 asshole1 austin31 azertyui azertyuiop babygirl babygirl1 bangladesh barcelona baseball baseball1
    basketball batman123 beautiful benjamin blink182 bonjour1 brandon1 brazil123 bubbles1 butterfly butterfly1
    caroline changeit changeme changeme1 changeme123 charlie1 charlotte chelsea1 chocolate chocolate1 christian
    christina christine christopher cocacola computer computer1 corvette cowboys1 cristina dallas123 daniel123 danielle
    december default1 default123 diamond1 dolphins dragon123 drowssap einstein elephant elizabeth emmanuel estrella
    explorer facebook fernando fireball firebird football football1 forever1 france98 freedom1 friends1 fuckyou1
    fuckyou123 fuckyou2 gabriela garfield garfield1 gateway1 georgina gfhjkmgfhjkm goldfish google123 guitar123
    hannover harrypotter hello123 hello1234 hellohello helloworld hellokitty hercules homer123 hondacivic hotmail1
    iloveyou iloveyou! iloveyou1 iloveyou12 iloveyou123 iloveyou2 iloveyou3 ilovegod ilovemusic iloveme1 internet
    jennifer jennifer1 jessica1 jesus123 jesuschrist johncena jonathan jordan23 juventus killer123 kimberly kristina
    leonardo letmein1 letmein! letmein12 letmein123 letmein2 liverpool liverpool1 logitech lol12345 lovelove loveme123
    loveyou1 madalina manchester margarita marina12 marlboro master123 matthew1 maverick melissa1 mercedes michael1
    michael123 michelle michelle1 microsoft midnight millions minecraft minecraft1 monkey123 monkey12 montreal
    motorola mustang1 myspace1 nicholas nintendo ninja123 nothing1 november october1 oliver123 p@ssw0rd p@ssw0rd1
    p@ssword p@ssword1 p@55w0rd pa$$w0rd pa55w0rd pa55word pakistan paradise pass1234 pass12345 pass123456 passion1
    passpass passport passw0rd passw0rd! passw0rd1 passwd123 password password! password!1 password. password0
    password00 password01 password1 password1! password10 password11 password12 password123 password123! password1234
    password12345 password2 password21 password22 password3 password69 password7 password9 password99 passwordpassword
    patricia patrick1 peaches1 pepsi123 phoenix1 picture1 pokemon1 pokemon123 pokemon12 porsche911 pr1ncess precious
    princesa princess princess1 princess12 princess123 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazqazqaz qazwsx123 qazwsxed
    qazwsxedc qazwsxedcrfv qqqqqqqq qqww1122 qwaszx12 qwe12345 qwe123456 qwe123qwe qweasd123 qweasdzx qweasdzxc
    qweasdzxc123 qweqweqwe qwer1234 qwert123 qwert1234 qwert12345 qwerty00 qwerty01 qwerty1! qwerty11 qwerty12
    qwerty123 qwerty1234 qwerty12345 qwerty123456 qwerty321 qwerty78 qwertyqwerty qwertyui qwertyuiop qwertyuiop123
    qwertyuiop[] qwertz123 qwertzui qwertzuiop rainbow1 rammstein realmadrid rockstar1 ronaldo7 ronaldo123 rootroot
    rush2112 samantha samsung1 samsung123 santiago scarface scooby12 scorpion scotland sebastian secret123 september
    serenity shadow123 shadow12 shannon1 simpsons skywalker snickers snowball soccer12 soccer123 sophie12 spiderman
    spiderman1 startrek starwars starwars1 steelers stephanie stephen1 stripsession strawberry summer12 summer123
    sunflower sunshine sunshine1 sunshine123 superman superman1 superman123 superstar sweetheart swordfish sysadmin
    tennis12 teresa12 test1234 test12345 test123456 testing1 testing123 testtest thailand thirteen thomas123 thuglife
    thunder1 tinkerbell tottenham trustno1 trustno1! undertaker unicorn1 universal vacation valentina valentine
    valentino vanessa1 vegeta123 verbatim veronica victoria victoria1 vladimir volkswagen volleyball voyager1
    warcraft warrior1 welcome01 welcome1 welcome1! welcome12 welcome123 welcome1234 welcomeback westside whatever
    whatever1 william1 winston1 winter12 winter123 wolverine wordpass wordpress wrestling yankees1 yellow12 youtube1
    yourmom1 zaq12wsx zaq1xsw2 zaqxswcde zaq1zaq1 zxcasdqwe zxcv1234 zxcvbnm1 zxcvbnm123 zxcvbnm, zxcvbnm,. zxcvzxcv
    zzzzzzzz
"""

FREQUENT = frozenset(_LISTED.split())
